/// Serves the Debian packages over plain HTTP to the guests of the secondary site.
struct PackageServer: Sendable {
    let folder: LabFolder
    let images: ImageCache

    private var address: String { "\(Topology.nodeAddress):\(Topology.packagesPort)" }

    func start() async throws {
        try await Tool("busybox", "httpd", "-f", "-p", address, "-h", images.packages)
            .inside(.secondary).detach(log: folder.log("packages"))
    }

    func isAnswering() async -> Bool {
        await Tool("busybox", "wget", "-q", "-O", "/dev/null", "http://\(address)/bookworm/Release")
            .inside(.secondary).succeeds()
    }
}
