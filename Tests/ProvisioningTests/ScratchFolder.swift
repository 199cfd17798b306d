import Foundation

/// A folder that lives as long as the test that made it.
final class ScratchFolder: Sendable {
    let path = NSTemporaryDirectory() + "mxprovision-test-" + UUID().uuidString

    init() {
        // A test without its folder fails at its first write.
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
