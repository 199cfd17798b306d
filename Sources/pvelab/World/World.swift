import Foundation

/// The lab's whole world, made and taken away in one go.
struct World: Sendable {
    let folder: LabFolder
    let images: ImageCache

    var runtime: LXCRuntime { LXCRuntime(guests: folder.guests) }
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

    /// Returns when all of it answers.
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

    /// CT 100 is somebody's own bare template, CT 101 one as Proxmox ships it.
    private func makeTemplates() async throws {
        try await runtime.container(100).files.make(over: images.base)
        try await runtime.container(101).files.make(over: images.proxmox)
    }

    /// Leaves no container, process, mount, namespace or file behind, whatever state the lab is in.
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
        try await Tool("rm", "-rf", "--one-file-system", folder.path).run()
    }
}
