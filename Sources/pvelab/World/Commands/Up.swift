import ArgumentParser
import Foundation

/// `pvelab up`: creates the lab and waits until it is ready.
struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Create the lab and wait until it is ready.")

    @OptionGroup var lab: LabOptions

    @Option(help: "The Proxmox VE release that the API imitates.")
    var release = APIServer.Release.v9_2

    func run() async throws {
        try Requirements.check()
        try await WorldLock.whileHeld { lock in try await makeWorld(lock) }
        print(try lab.world.summary())
    }

    private func makeWorld(_ lock: WorldLock) async throws {
        let world = lab.world
        if await world.isUp {
            print("the lab is already up\n")
            return
        }
        let begin = ContinuousClock.now
        try await world.unmake(under: lock)
        try await world.images.prepare { say($0) }
        say("starting the lab")
        do {
            try await world.make(release: release, under: lock)
        } catch {
            say("the lab did not start; `pvelab down` removes the rest, the logs are in \(world.folder("log"))")
            throw error
        }
        let seconds = (ContinuousClock.now - begin).components.seconds
        print("the lab is up, after \(seconds) seconds\n")
    }

    private func say(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}
