import Foundation
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites
@testable import mxprovision

@Suite struct `A JSON record of any value` {
    private static let frame = #""event":"x","site":"s""#

    @Test func `is an object with a version`() throws {
        func line(_ content: some Encodable & Sendable) throws -> String {
            try JSONLine.encode(Record("x", of: "s", content))
        }
        #expect(try line(RecipientSnapshot?.none) == #"{\#(Self.frame),"v":2}"#)
        #expect(try line([Int]()) == #"{\#(Self.frame),"v":2,"value":[]}"#)
        #expect(try line([1, nil, 3]) == #"{\#(Self.frame),"v":2,"value":[1,null,3]}"#)
        #expect(try line(7) == #"{\#(Self.frame),"v":2,"value":7}"#)
        #expect(try line("a\"b\n") == #"{\#(Self.frame),"v":2,"value":"a\"b\n"}"#)
        #expect(try line([String: Int]()) == #"{\#(Self.frame),"v":2}"#)
        #expect(try line(["a": 1.5]) == #"{"a":1.5,\#(Self.frame),"v":2}"#)
        #expect(try line(Int.min) == #"{\#(Self.frame),"v":2,"value":-9223372036854775808}"#)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude, -0.0])
    func `accepts each number`(number: Double) throws {
        let line = try JSONLine.encode(Record("x", of: "s", ["n": number]))
        #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) is [String: Any])
    }

    /// Seconds since 1970: the test library cannot print a date beyond Foundation's own range.
    @Test(arguments: [-62_135_769_600, 64_092_211_200, .infinity, .nan, 1e300, -1e15])
    func `accepts each date, and a journal entry with it is shown`(seconds: Double) throws {
        let date = Date(timeIntervalSince1970: seconds)
        let line = try JSONLine.encode(Record("x", of: "s", ["d": date]))
        #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) is [String: Any])
        for took in [0, -1, 1e300, -1e300, .infinity, .nan] {
            let entry = JournalEntry(
                started: date, took: took, who: "", command: "", guest: nil, outcome: .changed, changes: [], error: nil)
            #expect(!HistoryText(entry).text.isEmpty)
            _ = try JSONLine.encode(Record("run", of: "s", entry))
        }
    }

    @Test func `for recipients shows what the inventory lists, with and without a snapshot`() throws {
        func line(_ snapshot: RecipientSnapshot?) throws -> String {
            let text = RecipientsText(listed: 4, caught: [], snapshot: snapshot)
            return try JSONLine.encode(Record("recipients", of: "s", text))
        }
        #expect(try line(nil) == #"{"event":"recipients","listed":4,"site":"s","v":2}"#)
        let empty = try JSONDecoder().decode(
            RecipientSnapshot.self,
            from: Data(#"{"isStale": false, "sources": {}, "leftOut": 0, "catchAlls": []}"#.utf8))
        #expect(try line(empty).contains(#""listed":4"#))
    }
}

@Suite struct `An interrupted run` {
    @Test(arguments: ["CancellationError()", "interrupted", nil]) func `is shown as interrupted`(error: String?) {
        let entry = JournalEntry(
            started: Date(timeIntervalSince1970: 0), took: 1, who: "ada@desk", command: "up", guest: 110,
            outcome: .cancelled, changes: [], error: error)
        #expect(HistoryText(entry).text == "1970-01-01T00:00:00Z  up guest 110  interrupted  1.0 s  ada@desk")
    }
}
