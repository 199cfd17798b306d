import Foundation

/// A folder that is deleted at the end of the test that created it.
package final class ScratchFolder: Sendable {
    package let path = NSTemporaryDirectory() + "mxprovision-test-" + UUID().uuidString

    package init() {
        // A test without its folder fails at its first write.
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
