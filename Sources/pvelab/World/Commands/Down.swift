import ArgumentParser

/// `pvelab down`: removes everything but the cache.
struct Down: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stop the lab: remove its containers, processes, mounts and namespaces."
    )

    @OptionGroup var lab: LabOptions

    func run() async throws {
        try Requirements.check()
        try await WorldLock.whileHeld { lock in try await lab.world.unmake(under: lock) }
        print("the lab is down; its images are kept in \(lab.cache)")
    }
}
