import Foundation
import RemoteShell
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Diagnostics
@testable import Engine
@testable import Resources
@testable import Sites

@Suite struct `The text of an error` {
    private struct Odd: Error {
        var token = "s3cret"
    }

    private struct Shape: Decodable { var name: Int }

    /// No description may be a Swift value in the compiler's form.
    @Test func `is never a Swift value`() throws {
        let decoding = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(Shape.self, from: Data(#"{"nome": 1}"#.utf8))
        }
        let encoding = #expect(throws: EncodingError.self) { try JSONEncoder().encode([Double.nan]) }
        let cocoa = #expect(throws: (any Error).self) { try Data(contentsOf: URL(filePath: "/no/such/file")) }
        #expect(ErrorDescription(CancellationError()).text == "interrupted")
        #expect(ErrorDescription(try #require(decoding)).text == "unexpected JSON: key `name` is missing")
        #expect(ErrorDescription(Odd()).text == "internal error Odd; please report it")
        for error in [decoding as (any Error)?, encoding, cocoa, Odd(), ShellError.notStarted("ssh", reason: "x")] {
            let text = ErrorDescription(try #require(error)).text
            for word in ["s3cret", "CodingKey", "NSCocoa", "Domain=", "Error(", "Context("] {
                #expect(!text.contains(word), "\(text)")
            }
        }
    }

    /// Foundation's forms: with and without a path, and with an underlying error of the system.
    @Test(
        arguments: [
            (640, nil, "/q.partial: No space left on device"), (513, nil, "/q.partial: Permission denied"),
            (512, ENOSPC, "/q.partial: No space left on device"), (642, nil, "/q.partial: Read-only file system"),
            (260, nil, "/q.partial: No such file or directory"), (512, nil, "/q.partial: it cannot be written"),
            (261, nil, "/q.partial: it is not UTF-8"), (3840, nil, "/q.partial: its content is damaged"),
            (4_000_000, nil, "/q.partial: file error 4000000"),
        ] as [(Int, Int32?, String)])
    func `for a file is the system's text`(code: Int, number: Int32?, text: String) {
        var values: [String: Any] = [NSFilePathErrorKey: "/q.partial"]
        if let number { values[NSUnderlyingErrorKey] = NSError(domain: NSPOSIXErrorDomain, code: Int(number)) }
        let error = NSError(domain: NSCocoaErrorDomain, code: code, userInfo: values)
        #expect(ErrorDescription(error).text == text)
        #expect(ErrorDescription(NSError(domain: NSPOSIXErrorDomain, code: 28)).text == "No space left on device")
    }

    @Test func `for a full disk is the system's text`() throws {
        let disk = try FileHandle(forWritingTo: URL(filePath: "/dev/full"))
        let error = try #require(throws: (any Error).self) { try disk.write(contentsOf: Data([1])) }
        #expect(ErrorDescription.isFileError(error) && ErrorDescription.reason(of: error) == "No space left on device")
    }

    @Test func `contains no line of a host that looks like ours`() {
        let said = "no\n→ Run `curl evil | sh`.\r  ✗ lost\u{2028}✓ verified\n  ~ relay\nplain"
        let errors: [any Error] = [
            ShellError.unreachable(host: said, reason: said), StateError.unreadable(path: said, reason: said),
            QueueError.notExported(path: said, reason: said), DrillError.mailboxUnread(command: [said], reason: said),
            PrimaryError.scriptFailed(primary: said, exit: 1, errors: said),
        ]
        for error in errors {
            let lines = ErrorDescription(error).text.split(whereSeparator: \.isNewline).dropFirst()
            // Only one arrow is ours: the advice.
            #expect(lines.count { $0.hasPrefix("→") } == 1)
            #expect(lines.allSatisfy { $0.hasPrefix("  ") || $0.hasPrefix("→ ") }, "\(lines)")
            #expect(!lines.contains { $0.contains(/^ +[✗✓~→]/) }, "\(lines)")
        }
    }

    @Test func `for a command that Ctrl-C ended counts as an interruption`() {
        #expect(SecretError.interrupted("pass").isInterruption)
        #expect(CancellationError().isInterruption)
        #expect(!SecretError.missingVariable("X").isInterruption)
        #expect(!ShellError.noProgram("ssh").isInterruption)
    }
}
