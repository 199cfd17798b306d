import Foundation

/// The whole lab, created and removed as a unit.
struct World: Sendable {
    let folder: LabFolder
    let images: ImageCache

    var runtime: LXCRuntime { LXCRuntime(guests: folder.guests, templates: folder.templates) }
    var primary: PrimarySite { PrimarySite(folder: folder) }
    var node: NodeShell { NodeShell(folder: folder, images: images) }
    var tunnel: Tunnel { Tunnel(folder: folder) }
    var names: NameServer { NameServer(folder: folder) }
    var acme: ACMEServer { ACMEServer(folder: folder) }
    var elsewhere: Elsewhere { Elsewhere(folder: folder) }
    private var packages: PackageServer { PackageServer(folder: folder, images: images) }

    var isUp: Bool {
        get async {
            for namespace in Namespace.allCases {
                guard await namespace.exists else { return false }
            }
            guard FileManager.default.fileExists(atPath: folder.environmentFile) else { return false }
            return await ControlSocket(path: folder.controlSocket).isAnswering
        }
    }

    /// Creates the lab. Returns when all of it is ready.
    func make(release: APIServer.Release, under lock: WorldLock) async throws {
        try lock.note(folder)
        let executable = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        try folder.make()
        try await runtime.allowMany()
        try Secrets.make(folder)
        try await Certificates(folder: folder).make()
        try await GatewayDevice(folder: folder).makeCertificate()
        try await NetworkSetup().make()
        try await names.start()
        try await acme.start()
        try await elsewhere.make()
        async let site: Void = primary.start(images: images)
        async let others: Void = elsewhere.start(images: images, executable: executable)
        async let templates: Void = makeTemplates()
        try await packages.start()
        try await DHCPServer(folder: folder).start()
        try await node.start(executable: executable)
        try await tunnel.make()
        _ = try await (site, others, templates)
        try await Deadline(seconds: 10).wait(for: "the name server", log: folder.log("named"), until: names.isAnswering)
        try await Deadline(seconds: 10).wait(for: "the ACME server", log: folder.log("acme"), until: acme.isAnswering)
        try await Deadline(seconds: 10).wait(
            for: "the package server",
            log: folder.log("packages"),
            until: packages.isAnswering
        )
        try await Deadline(seconds: 10).wait(
            for: "the node's sshd", log: folder.log("node-sshd"), until: node.isAnswering)
        try await Deadline(seconds: 30).wait(
            for: "the primary's Postfix",
            log: "\(folder.guests)/primary/console.log",
            until: primary.isAnswering
        )
        try await Deadline(seconds: 30).wait(
            for: "those elsewhere",
            log: "\(folder.guests)/relay/console.log",
            until: elsewhere.isAnswering
        )
        try await DaemonProcess(world: self).start(executable: executable, release: release)
        try await writeEnvironment(release: release)
    }

    /// The release of CT 103, which no playbook supports. CT 100 is a user's bare template; CT 101 and 102 are as
    /// Proxmox ships them.
    private static let foreignRelease = """
        PRETTY_NAME="Ubuntu 24.04.2 LTS"
        ID=ubuntu
        ID_LIKE=debian
        VERSION_ID="24.04"

        """

    private func makeTemplates() async throws {
        try await runtime.container(100).files.make(over: images.base)
        try await runtime.container(101).files.make(over: images.proxmox)
        try await runtime.container(102).files.make(over: images.proxmox13)
        for id in [101, 102] { try await DHCPServer.addClient(to: runtime.container(id).files) }
        let foreign = runtime.container(103).files
        try await foreign.make(over: images.base)
        try foreign.write(Self.foreignRelease, to: "/etc/os-release")
        try await makeOSTemplate(.debian12, from: images.proxmox)
        try await makeOSTemplate(.debian13, from: images.proxmox13)
    }

    /// Creates an OS template. Like Proxmox's own templates, it has no administrator and permits no login.
    private func makeOSTemplate(_ template: OSTemplate, from image: String) async throws {
        let content = runtime.content(of: template)
        try await content.make(over: image)
        try await DHCPServer.addClient(to: content)
        try await Tool("chroot", content.root, "userdel", "admin").run()
        try await Tool(
            ["rm", "-rf"] + ["home/admin", "root/.ssh", "etc/sudoers.d/admin"].map { "\(content.root)/\($0)" }
        ).run()
    }

    /// Removes every container, process, mount, namespace and file of the lab, whatever state the lab is in.
    func unmake(under lock: WorldLock) async throws {
        for place in [lock.folder, folder].compactMap({ $0 }) { try await unmake(place) }
        try lock.note(nil)
    }

    private func unmake(_ folder: LabFolder) async throws {
        let found = (try? FileManager.default.contentsOfDirectory(atPath: folder.guests)) ?? []
        for name in found {
            let site: Namespace = name == "primary" ? .primary : name == "relay" ? .internet : .secondary
            let container = Container(name: name, site: site, guests: folder.guests)
            if await site.exists { try? await container.stop() }
        }
        for namespace in Namespace.allCases { try await namespace.remove() }
        tunnel.removeSockets()
        for name in found {
            try await RootFilesystem(folder: "\(folder.guests)/\(name)").remove()
        }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.templates)) ?? [] {
            try await RootFilesystem(folder: "\(folder.templates)/\(name)").remove()
        }
        try await Tool("rm", "-rf", "--one-file-system", folder.path).run()
    }
}
