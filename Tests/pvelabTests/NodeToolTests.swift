import Testing

@testable import pvelab

/// The node's commands in the documentation and in advice.
@Suite struct `A command of the node` {
    private let node: Node

    init() {
        let settings = APIServer.Settings(host: "", certificate: "", privateKey: "", unauthorizedDelay: .zero)
        node = Node(settings: settings, seed: .lab(tokenSecret: "", rootPassword: ""), runtime: HollowRuntime())
    }

    private func type(_ line: String) async -> ControlAnswer {
        let words = line.split(separator: " ").map { String($0).replacing("_", with: " ") }
        return words.first == "pct" ? await node.pct(Array(words.dropFirst())) : await node.tool(words)
    }

    @Test func `grants privileges`() async throws {
        for line in [
            "pveum role add SiteHost --privs VM.Allocate_VM.Audit", "pveum pool add sites/mail",
            "pveum user add mx@pve",
            "pveum user token add mx@pve up --privsep 1",
            "pveum acl modify /pool/sites/mail --users mx@pve --roles SiteHost",
            "pveum acl modify /pool/sites/mail --tokens mx@pve!up --roles SiteHost",
            "pveum pool modify sites/mail --vms 101",
        ] {
            let answer = await type(line)
            #expect(answer.status == 0 && answer.error.isEmpty, "\(line): \(answer)")
        }
        let caller = Caller(user: "mx@pve", token: "up")
        #expect(await node.access.privileges(of: caller, on: "/vms/101") == ["VM.Allocate", "VM.Audit"])
        #expect(await type("pveum user token list mx@pve").output.contains("| up "))
        #expect(await type("pveum pool list").output.contains("sites/mail"))
    }

    @Test(arguments: [
        ("pveum role add LabHost --privs VM.Audit", "role 'LabHost' already exists"),
        ("pveum role add X --privs VM.Nothing", "invalid privilege 'VM.Nothing'"),
        ("pveum pool add sites", "pool 'sites' already exists"),
        ("pveum pool add nope/x", "parent 'nope' of pool 'nope/x'"),
        ("pveum pool add a/b/c/d", "nested too deeply"), ("pveum user token list nobody@pve", "no such user"),
        ("pveum acl modify /vms/100 --users sitectl@pve --roles Nope", "role 'Nope' does not exist"),
        ("pveum acl modify /vms/100 --users nobody@pve --roles LabHost", "user 'nobody@pve' does not exist"),
        ("pveum nonsense", "unknown command"), ("pct unmount 100", "no lock found"),
    ])
    func `is rejected with Proxmox's text`(_ line: String, _ words: String) async {
        let answer = await type(line)
        #expect(answer.status != 0 && answer.error.contains(words), "\(answer)")
    }

    @Test func `shows two certificates, the authority's first`() async throws {
        let output = await type("pvenode cert info").output
        #expect(output.matches(of: /pve-[a-z-]+\.pem/).map { String($0.output) } == ["pve-root-ca.pem", "pve-ssl.pem"])
    }

    @Test func `that mounts a template's disk prevents clones until it is unmounted`() async throws {
        #expect(await type("pct mount 100").status == 0)
        #expect(await node.guests[100]?.lock == "mounted")
        let form = ["newid": "150", "pool": "sites"]
        let call = Call(
            method: "POST", path: ["nodes", "pve2", "lxc", "100", "clone"], parameters: form, caller: .root)
        await #expect(throws: Failure.internalError("CT is locked (mounted)")) {
            try await Router(node: node, nodeName: "pve2").answer(call)
        }
        #expect(await type("pct unmount 100").status == 0)
        _ = try await Router(node: node, nodeName: "pve2").answer(call)
    }

    @Test func `creates a guest and prints the log of its task`() async throws {
        let order =
            "pct create 104 local:vztmpl/debian-12-standard_12.12-1_amd64.tar.zst --hostname=web -storage local-lvm"
            + " --unprivileged --features nesting=1 --start 0"
        func type(_ line: String) async -> ControlAnswer {
            await node.pct(line.split(separator: " ").dropFirst().map(String.init))
        }
        let answer = await type(order)
        #expect(answer.status == 0 && answer.error.isEmpty, "\(answer)")
        #expect(answer.output.contains("Creating SSH host key 'ssh_host_ed25519_key' - this may take some time ...\n"))
        #expect(answer.output.contains(/done: SHA256:\S{43} root@web\n/) && !answer.output.contains("TASK"))
        #expect(await node.guests[104]?.options["hostname"] == "web")

        let start = await type("pct start 104")
        #expect(start.status == 0 && start.output.isEmpty && start.error.isEmpty, "\(start)")
        #expect(await type("pct start 104").error == "CT 104 already running\n")
        #expect(await type("pct stop 104").status == 0)
        #expect(await type("pct status 104").output == "status: stopped\n")

        let again = await type(order)
        #expect(again.status == 255 && again.error == "CT 104 already exists on node 'pve2'\n", "\(again)")
        let plain = await type(order.replacing("104", with: "105").replacing("nesting=1", with: "nesting=0"))
        #expect(plain.status == 0 && plain.error.hasSuffix("Task finished with 1 warning(s)!\n"), "\(plain)")
    }

    @Test(arguments: [
        ("pct create 104", "400 not enough arguments\npct create <vmid> <ostemplate> [OPTIONS]\n"),
        (
            "pct create 104 local:vztmpl/nope.tar.zst --storage local-lvm",
            "unable to create CT 104 - volume 'local:vztmpl/nope.tar.zst' does not exist\n"
        ),
        (
            "pct create 104 x --hostname a_!",
            "400 Parameter verification failed.\nhostname: invalid format - value does not look like a valid DNS name\n"
                + "pct create <vmid> <ostemplate> [OPTIONS]\n"
        ),
        (
            "pct create 104 x --nope 1",
            "Unknown option: nope\n400 unable to parse option\npct create <vmid> <ostemplate> [OPTIONS]\n"
        ),
    ])
    func `that fails to create a guest prints the reason`(_ line: String, _ error: String) async {
        let answer = await type(line)
        #expect(answer.status == 255 && answer.error == error, "\(answer)")
        #expect(await node.guests[104] == nil)
    }

    @Test func `lists the OS templates`() async {
        let list = await type("pveam list local").output
        #expect(list.contains(/local:vztmpl\/debian-13-standard_\S+ +\d+\.\d\dMB\n/), "\(list)")
        #expect(await type("pveam available").output.contains("debian-12-standard_12.12-1_amd64.tar.zst"))
        #expect(await type("pvesm list local").output.contains(OSTemplate.debian12.volume))
    }

    @Test func `shows the storages for containers`() async {
        let output = await type("pvesm status --content rootdir").output
        #expect(output.contains("local-lvm") && output.split(separator: "\n").count == 2, "\(output)")
    }
}
