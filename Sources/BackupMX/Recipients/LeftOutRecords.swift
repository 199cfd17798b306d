import Alerts
import ConfigurationFiles
import Engine
import Resources
import Sites

/// The records of a recipient source that are skipped, because they are not addresses that the backup can relay to.
public struct LeftOutRecords: Codable, Sendable, Hashable {
    /// One record.
    public struct Record: Codable, Sendable, Hashable {
        /// The source: a file, or a source on the primary (`postfixadmin`, `command`).
        public var source: String
        /// The line, counted from 1; nil if the source has no lines.
        public var line: Int?
        /// The record, or its first 80 bytes.
        public var text: String
        /// Why the record is invalid; nil if unknown.
        public var reason: String?
    }

    /// The maximum number of records that are listed. Further records are only counted.
    public static let limit = 20

    /// The number of skipped records.
    public var count = 0
    /// The first skipped records.
    public var records: [Record] = []

    public init() {}

    mutating func append(_ record: Record) {
        count += 1
        guard records.count < Self.limit else { return }
        var record = record
        if record.text.utf8.count > 80 { record.text = String(record.text.prefix(77)) + "…" }
        records.append(record)
    }

    /// Returns one line per record, and the number of further records; empty if there are none.
    ///
    /// - Parameter most: The maximum number of records to list.
    public func lines(most: Int = limit) -> [String] {
        let rest = count - min(records.count, most)
        return records.prefix(most).map(\.description) + (rest > 0 ? ["and \(rest) more"] : [])
    }
}

extension LeftOutRecords.Record: CustomStringConvertible {
    /// `line 3 of users.txt: #ann@example.net`
    public var description: String {
        "\(line.map { "line \($0) of " } ?? "")\(source): \(reason ?? text)"
    }
}

extension LeftOutRecords.Record {
    /// Parses a record in the output of `list-recipients`: `command 3 \xE9va@example.net`. Returns nil for any other
    /// text.
    init?(exported text: some StringProtocol) {
        let parts = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let line = Int(parts[1]) else { return nil }
        self.init(source: String(parts[0]), line: line > 0 ? line : nil, text: Self.unescaped(parts[2]), reason: nil)
    }

    private static func unescaped(_ text: some StringProtocol) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let kind = rest.popFirst() else {
                bytes.append(byte)
                continue
            }
            if kind == UInt8(ascii: "x"), let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(kind)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
