import Foundation

/// One machine has room for one lab: who makes or unmakes it holds this lock, and the next one waits.
final class WorldLock: Sendable {
    private static let path = "/run/pvelab.lock"
    /// Tells in which folder the lab is that is there, or was when its machine or its maker died.
    private static let note = "/run/pvelab.folder"
    private let descriptor: Int32

    /// Runs the body while no other process makes or unmakes a lab; the kernel frees a dead one's hold.
    static func whileHeld<Result>(_ body: (WorldLock) async throws -> Result) async throws -> Result {
        let lock = try WorldLock()
        // Swift may free an object after its last use, which can come before the body's end.
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
