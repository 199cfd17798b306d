import Foundation
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Sites

/// A playbook may come from another author, and the files that it names are sent to a guest.
@Suite struct `A source file of a playbook` {
    private let scratch = ScratchFolder()

    init() throws {
        let manager = FileManager.default
        for folder in ["book/files", "outside"] {
            try manager.createDirectory(atPath: scratch.path + "/" + folder, withIntermediateDirectories: true)
        }
        for file in ["book/files/good", "outside/secret", "book-2"] {
            try Data("text".utf8).write(to: URL(filePath: scratch.path + "/" + file))
        }
        try manager.createSymbolicLink(
            atPath: scratch.path + "/book/files/link", withDestinationPath: scratch.path + "/outside/secret")
        try manager.createSymbolicLink(
            atPath: scratch.path + "/book/dir", withDestinationPath: scratch.path + "/outside")
        try manager.createSymbolicLink(atPath: scratch.path + "/book/inner", withDestinationPath: "files/good")
    }

    private func mistakes(_ source: String) -> [String] {
        let text = "name: x\nsteps:\n- id: a\n  file: {path: /etc/x, source: '\(source)'}\n"
        do {
            _ = try Playbook.read(SourceFile(name: scratch.path + "/book/book.yml", text: text), variables: [:])
            return []
        } catch { return error.all.map(\.description) }
    }

    @Test(arguments: ["files/good", "./files/../files/good", "inner", "files//good"])
    func `can be anywhere in the playbook's folder`(source: String) { #expect(mistakes(source) == []) }

    @Test(arguments: [
        "/etc/shadow", "/etc/passwd", "../outside/secret", "files/../../outside/secret", "files/link", "dir/secret",
        "../book-2", "/dev/null",
    ])
    func `is rejected if it is outside the playbook's folder`(source: String) throws {
        let told = try #require(mistakes(source).first)
        #expect(told.contains("book.yml:4") && told.contains("outside the playbook's folder"), "\(told)")
    }

    @Test func `is only reported as missing if it is missing`() throws {
        #expect(try #require(mistakes("files/none").first).contains("cannot read"))
    }
}
