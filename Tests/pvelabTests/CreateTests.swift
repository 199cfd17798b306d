import Testing

@testable import pvelab

/// A guest that is created from an OS template, compared with recorded responses of a real Proxmox VE 9.2.
@Suite(.timeLimit(.minutes(10))) struct `A guest from an OS template` {
    private static let template = OSTemplate.debian12.volume
    private static let key =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMZBQgC5d71B7K+1nU/xvaTp9EHftv64PUIvESRJI/pE mx init test"
    private static let token = Caller(user: "mx@pve", token: "ct")
    private static let form = [
        "vmid": "910", "ostemplate": template, "hostname": "mx-template.example.net", "memory": "256", "swap": "0",
        "description": "made by a test\nsecond line", "rootfs": "local-lvm:2", "pool": "sites", "unprivileged": "1",
        "net0": "name=eth0,bridge=vmbr0,ip=10.2.0.91/24,gw=10.2.0.1", "features": "nesting=1", "cores": "1",
        "ssh-public-keys": key,
    ]

    private let runtime = CreatingRuntime()
    private let node: Node

    init() {
        let settings = APIServer.Settings(host: "", certificate: "", privateKey: "", unauthorizedDelay: .zero)
        var seed = Seed.lab(tokenSecret: "", rootPassword: "")
        seed.storages += [
            Storage(name: "isos", kind: .dir, content: "iso"),
            Storage(name: "off", kind: .dir, content: "vztmpl,rootdir", isEnabled: false),
        ]
        seed.access.tokens["mx@pve!ct"] = .init(secret: "", isSeparated: false)
        seed.access.roles["Creator"] = [
            "VM.Allocate", "VM.Config.CPU", "VM.Config.Disk", "VM.Config.Memory", "VM.Config.Network",
            "VM.Config.Options",
        ]
        seed.access.roles["Reader"] = ["Datastore.Audit"]
        for (path, role) in [
            ("/pool/sites", "Creator"), ("/storage/local-lvm", "LabStore"), ("/storage/local", "Reader"),
            ("/sdn/zones/localnetwork", "LabBridge"),
        ] {
            seed.access.entries.append(.init(path: path, subject: "mx@pve", role: role))
        }
        node = Node(settings: settings, seed: seed, runtime: runtime)
    }

    /// Sends the form with changed values; an empty value removes the parameter.
    private func create(
        _ changes: [String: String] = [:], by caller: Caller = .root, fault: APIFault.Kind? = nil
    ) async throws -> NodeTask {
        let parameters = Self.form.merging(changes) { $1 }.filter { !$0.value.isEmpty }
        let call = Call(
            method: "POST", path: ["nodes", "pve2", "lxc"], parameters: parameters, caller: caller, fault: fault)
        let answer = try await Router(node: node, nodeName: "pve2").answer(call)
        guard case .text(let upid) = answer.data else { throw Failure.internalError("no task") }
        await node.workers[upid]?.value
        return try #require(await node.tasks.tasks[upid])
    }

    @Test func `has the requested configuration and Proxmox's defaults`() async throws {
        #expect(try await create(by: Self.token).exitStatus == "OK")
        let guest = try await node.guest(910)
        var options = guest.options
        let network = options.removeValue(forKey: "net0") ?? ""
        #expect(
            options == [
                "arch": "amd64", "cores": "1", "features": "nesting=1", "hostname": "mx-template.example.net",
                "memory": "256", "ostype": "debian", "rootfs": "local-lvm:vm-910-disk-0,size=2G", "swap": "0",
                "unprivileged": "1",
            ])
        #expect(
            network.wholeMatch(
                of:
                    /name=eth0,bridge=vmbr0,gw=10\.2\.0\.1,hwaddr=BC:24:11(:[0-9A-F]{2}){3},ip=10\.2\.0\.91\/24,type=veth/
            )
                != nil, "\(network)")
        #expect(guest.description == "made by a test\nsecond line")
        #expect(await node.access.pools[910] == "sites")
        let setup = try #require(await runtime.setups[910])
        #expect(setup.keyComment == "root@mx-template" && setup.publicKeys == [Self.key] && setup.password == nil)
        #expect(setup.configuration.hostname == "mx-template.example.net")

        let unnamed = ["vmid": "911", "hostname": "", "rootfs": "", "storage": "local-lvm", "memory": "", "swap": ""]
        #expect(try await create(unnamed).exitStatus == "OK")
        let other = try await node.guest(911)
        #expect(other.options["hostname"] == "CT911" && other.options["memory"] == "512")
        #expect(other.options["rootfs"] == "local-lvm:vm-911-disk-0,size=4G")
        #expect(await runtime.setups[911]?.keyComment == "root@localhost")
    }

    @Test func `has a task log like a real one, with a line for each new host key`() async throws {
        let task = try await create()
        #expect(task.type == "vzcreate" && task.id == "910")
        let expected: [Regex<Substring>] = [
            #/  Logical volume "vm-910-disk-0" created\./#, #/  Logical volume pve/vm-910-disk-0 changed\./#,
            #/Creating filesystem with 524288 4k blocks and 131072 inodes/#, #/Filesystem UUID: [0-9a-f-]{36}/#,
            #/Superblock backups stored on blocks: /#, #/\t32768, 98304, 163840, 229376, 294912/#,
            #/extracting archive '/var/lib/vz/template/cache/debian-12-standard_12\.12-1_amd64\.tar\.zst'/#,
            #/Total bytes read: 262144000 \(250MiB, \d+MiB/s\)/#, #/Detected container architecture: amd64/#,
        ]
        for (line, pattern) in zip(task.log, expected) { #expect(try pattern.wholeMatch(in: line) != nil, "\(line)") }
        let keys = task.log.dropFirst(expected.count)
        #expect(keys.count == 7 && keys.last == "TASK OK", "\(keys)")
        let pairs = keys.joined(separator: "\n").matches(
            of:
                /Creating SSH host key 'ssh_host_([a-z0-9]+)_key' - this may take some time \.\.\.\ndone: SHA256:[A-Za-z0-9+\/]{43} root@mx-template\n/
        )
        #expect(Set(pairs.map { String($0.output.1) }) == Set(HostKey.types))
    }

    /// Changes of the form, status, message, and the errors by parameter.
    private static let refusals: [([String: String], Int, String, [String: String])] = [
        (["ostemplate": ""], 400, "Parameter", ["ostemplate": "property is missing and it is not optional"]),
        (["vmid": "99"], 400, "Parameter", ["vmid": "invalid format - value does not look like a valid VM ID\n"]),
        (
            ["hostname": "a_b"], 400, "Parameter",
            ["hostname": "invalid format - value does not look like a valid DNS name\n"]
        ),
        (["password": "abc"], 400, "Parameter", ["password": "value must be at least 5 characters long"]),
        (["vmid": "100"], 500, "CT 100 already exists on node 'pve2'", [:]),
        (["ssh-public-keys": "garbage"], 500, "SSH public key validation error", [:]),
        (["ssh-public-keys": "ssh-ed25519"], 500, "SSH public key validation error", [:]),
        (["ssh-public-keys": "\(key)\n# comment"], 500, "SSH public key validation error", [:]),
        (["pool": "nope"], 403, "Permission check failed (pool 'nope' does not exist)", [:]),
        (["ostemplate": "nope:vztmpl/x.tar.zst"], 500, "storage 'nope' does not exist", [:]),
        (["rootfs": "nope:2"], 500, "storage 'nope' does not exist", [:]),
        (["rootfs": "off:2"], 500, "storage 'off' is disabled", [:]),
        (["rootfs": "guests"], 500, "unable to parse volume ID 'guests'", [:]),
        (["rootfs": "isos:2"], 400, "Parameter", ["storage": "storage 'isos' does not support container directories"]),
        (["rootfs": ""], 400, "Parameter", ["storage": "storage 'local' does not support container directories"]),
    ]

    @Test(arguments: refusals.indices)
    func `is rejected before anything is created`(_ index: Int) async throws {
        let (changes, status, message, errors) = Self.refusals[index]
        do {
            _ = try await create(changes)
            Issue.record("\(changes) was accepted")
        } catch let failure as Failure {
            #expect(failure.status == status && failure.errors == errors, "\(failure)")
            #expect(failure.message.hasPrefix(message), "\(failure)")
        }
        #expect(await node.guests[910] == nil)
        #expect(await node.tasks.all.isEmpty)
    }

    /// The removed privilege, and Proxmox's message without it.
    @Test(arguments: [
        ("VM.Allocate", "Permission check failed"),
        ("VM.Config.CPU", "Permission check failed (/vms/910, VM.Config.CPU)"),
        ("VM.Config.Memory", "Permission check failed (/vms/910, VM.Config.Memory)"),
        ("VM.Config.Network", "Permission check failed (/vms/910, VM.Config.Network)"),
        ("VM.Config.Options", "Permission check failed (/vms/910, VM.Config.Options)"),
        ("VM.Config.Disk", "Permission check failed (/vms/910, VM.Config.Disk)"),
        ("Datastore.AllocateSpace", "Permission check failed (/storage/local-lvm, Datastore.AllocateSpace)"),
        ("Datastore.Audit", "Permission check failed (/storage/local, Datastore.AllocateSpace|Datastore.Audit)"),
        ("SDN.Use", "Permission check failed (/sdn/zones/localnetwork/vmbr0, SDN.Use)"),
    ])
    func `requires each privilege that Proxmox requires`(_ privilege: String, _ message: String) async throws {
        await node.revoke(privilege)
        await #expect(throws: Failure(status: 403, message: message)) { try await create(by: Self.token) }
    }

    @Test(arguments: [
        (["unprivileged": "0"], "Permission check failed (/, Sys.Modify)"), (["pool": ""], "Permission check failed"),
        (
            ["features": "nesting=1,keyctl=1"],
            "Permission check failed (changing feature flags (except nesting) is only allowed for root@pam)"
        ),
    ])
    func `is limited to the privileges of the token`(_ changes: [String: String], _ message: String) async throws {
        await #expect(throws: Failure(status: 403, message: message)) { try await create(changes, by: Self.token) }
    }

    @Test(
        arguments: [
            (["ostemplate": "local:vztmpl/nope.tar.zst"], nil, "volume 'local:vztmpl/nope.tar.zst' does not exist"),
            (["ostemplate": "debian-12"], nil, "can't find file 'debian-12'"),
            (["rootfs": "local-lvm:0.1"], nil, "command '"),
            ([:], APIFault.Kind.full, "command 'lxc-usernsexec "), (["hostname": "broken"], nil, "broken by the test"),
        ] as [([String: String], APIFault.Kind?, String)])
    func `is removed when its task fails`(
        _ changes: [String: String], _ fault: APIFault.Kind?, _ reason: String
    ) async throws {
        let task = try await create(changes, fault: fault)
        #expect(task.exitStatus?.hasPrefix("unable to create CT 910 - \(reason)") == true, "\(task.log)")
        #expect(await node.guests[910] == nil)
        #expect(await node.access.pools[910] == nil)
        #expect(await runtime.unpacked.isEmpty)
        #expect(try await create().exitStatus == "OK", "the id is free again")
    }

    @Test func `is locked during its task, and starts afterwards in a separate task`() async throws {
        await runtime.observe { [node] in await node.guests[910]?.options }
        let task = try await create(["start": "1"])
        #expect(task.exitStatus == "OK")
        #expect(await runtime.observed == ["lock": "create"])
        #expect(await node.guests[910]?.lock == nil)
        let start = try #require(await node.tasks.all.first { $0.type == "vzstart" })
        await node.workers[start.upid]?.value
        #expect(await runtime.isRunning(910))
    }

    @Test func `keeps its lock when the worker is killed`() async throws {
        _ = try await create(fault: .killed)
        #expect(await node.guests[910]?.options == ["lock": "create"])
    }

    @Test func `uses a volume that the storage lists`() async throws {
        func list(_ storage: String, _ query: [String: String]) async throws -> JSON {
            let path = ["nodes", "pve2", "storage", storage, "content"]
            let call = Call(method: "GET", path: path, parameters: query, caller: Self.token)
            return try await Router(node: node, nodeName: "pve2").answer(call).data
        }
        #expect(
            try await list("local", ["content": "vztmpl"])
                == .list([OSTemplate.debian12.json, OSTemplate.debian13.json]))
        #expect(try await list("local-lvm", ["content": "vztmpl"]) == .list([]))
        await #expect(throws: Failure.forbidden("/storage/off", ["Datastore.Audit", "Datastore.AllocateSpace"])) {
            try await list("off", [:])
        }
        await #expect(throws: Failure.parameters(["content": "invalid format - invalid content type 'foo'\n"])) {
            try await list("local", ["content": "foo"])
        }
    }
}

@Suite struct `The output of mkfs for a new disk` {
    @Test func `has the numbers of recorded disks`() {
        func lines(_ size: String) -> [String]? { DiskSize(gibibytes: size)?.filesystemLines(uuid: "") }
        #expect(
            lines("0.1") == [
                "Creating filesystem with 104448 1k blocks and 26104 inodes", "Filesystem UUID: ",
                "Superblock backups stored on blocks: ", "\t8193, 24577, 40961, 57345, 73729",
            ])
        #expect(lines("1")?.last == "\t32768, 98304, 163840, 229376")
        #expect(lines("2")?.first == "Creating filesystem with 524288 4k blocks and 131072 inodes")
        #expect(
            lines("32")?.suffix(2) == [
                "\t32768, 98304, 163840, 229376, 294912, 819200, 884736, 1605632, 2654208, ", "\t4096000, 7962624",
            ])
        #expect(DiskSize(gibibytes: "0.1")?.text == "102M" && DiskSize(gibibytes: "2")?.text == "2G")
    }
}

extension Node {
    fileprivate func revoke(_ privilege: String) {
        for role in ["Creator", "Reader", "LabStore", "LabBridge"] { access.roles[role]?.remove(privilege) }
    }
}

/// Records what it is asked to create.
private actor CreatingRuntime: GuestRuntime {
    private let plain = HollowRuntime()
    var unpacked: Set<Int> = []
    var setups: [Int: FirstSetup] = [:]
    /// The API's view of the guest while it was created.
    var observed: [String: String]?
    private var look: @Sendable () async -> [String: String]? = { nil }

    struct Broken: Error, CustomStringConvertible { let description = "broken by the test" }

    func observe(_ look: @escaping @Sendable () async -> [String: String]?) { self.look = look }

    func unpack(_ template: OSTemplate, to id: Int) async -> UnpackedSystem {
        observed = await look()
        unpacked.insert(id)
        return UnpackedSystem(bytes: 250 << 20)
    }

    func setUp(_ id: Int, _ setup: FirstSetup) async throws -> [HostKey] {
        guard setup.configuration.hostname != "broken" else { throw Broken() }
        setups[id] = setup
        return try await plain.setUp(id, setup)
    }

    func destroy(_ id: Int) { unpacked.remove(id) }
    func clone(_ source: Int, to new: Int, layered: Bool) {}
    func start(_ id: Int, configuration: GuestConfiguration) async {
        await plain.start(id, configuration: configuration)
    }
    func stop(_ id: Int) async { await plain.stop(id) }
    func shutdown(_ id: Int, timeout: Int) async -> Bool { await plain.shutdown(id, timeout: timeout) }
    func reconfigure(_ id: Int, configuration: GuestConfiguration) {}
    func isRunning(_ id: Int) async -> Bool { await plain.isRunning(id) }
    func initProcess(_ id: Int) -> Int? { nil }
    func interfaces(_ id: Int) -> [GuestInterface] { [] }
}
