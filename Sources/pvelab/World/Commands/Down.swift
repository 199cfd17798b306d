import ArgumentParser

/// `pvelab down`: removes everything but the cache.
struct Down: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "End the lab: every container, process, mount and namespace of it."
    )

    @OptionGroup var lab: LabOptions

    func run() async throws {
        try Requirements.check()
        try await WorldLock.whileHeld { lock in try await lab.world.unmake(under: lock) }
        print("the lab is down; its images stay in \(lab.cache)")
    }
}
