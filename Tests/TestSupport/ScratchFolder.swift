import Foundation

/// A folder that lives as long as the test that made it.
package final class ScratchFolder: Sendable {
    package let path = NSTemporaryDirectory() + "mxprovision-test-" + UUID().uuidString

    package init() {
        // A test without its folder fails at its first write.
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
