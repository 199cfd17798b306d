import Foundation

/// A lock for the only lab of the machine. A process that creates or removes the lab holds it, and others wait.
final class WorldLock: Sendable {
    private static let path = "/run/pvelab.lock"
    /// The file with the path of the current lab's folder. It survives a crash of the process that created the lab.
    private static let note = "/run/pvelab.folder"
    private let descriptor: Int32

    /// Runs the body while no other process creates or removes a lab. The kernel releases the lock of a dead process.
    static func whileHeld<Result>(_ body: (WorldLock) async throws -> Result) async throws -> Result {
        let lock = try WorldLock()
        // Swift may free an object after its last use, which can be before the end of the body.
        defer { withExtendedLifetime(lock) {} }
        return try await body(lock)
    }

    private init() throws {
        descriptor = open(Self.path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0, flock(descriptor, LOCK_EX) == 0 else {
            throw LabError.tool("flock \(Self.path)", errno, String(cString: strerror(errno)))
        }
    }

    deinit { close(descriptor) }

    var folder: LabFolder? { (try? LabFolder.read(Self.note)).map { LabFolder(path: $0) } }

    func note(_ folder: LabFolder?) throws {
        if let folder {
            try LabFolder.write(folder.path, to: Self.note)
        } else {
            unlink(Self.note)
        }
    }
}
