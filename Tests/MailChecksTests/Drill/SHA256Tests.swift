import Foundation
import Testing

@testable import MailChecks

@Suite struct `A digest` {
    /// FIPS 180-4's own examples, and the million letters of its earlier edition.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            String(repeating: "a", count: 1_000_000),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        ),
    ])
    func `is the one that the standard gives`(text: String, digest: String) {
        #expect(SHA256.digest(of: text.utf8) == digest)
    }

    /// Where the padding needs a block of its own, and where it does not.
    @Test func `is coreutils' for every length around a block's end`() throws {
        let lengths = [1, 54, 55, 56, 57, 63, 64, 65, 118, 119, 120, 127, 128, 129, 4096]
        let folder = FileManager.default.temporaryDirectory.appending(path: "mxp-digest-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let texts = lengths.map { length in Data((0..<length).map { _ in UInt8.random(in: .min ... .max) }) }
        let files = lengths.map { folder.appending(path: "\($0)").path }
        for (text, file) in zip(texts, files) { try text.write(to: URL(filePath: file)) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["sha256sum"] + files
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let theirs = output.split(separator: "\n").map { String($0.prefix(64)) }
        #expect(texts.map { SHA256.digest(of: $0) } == theirs)
    }
}
