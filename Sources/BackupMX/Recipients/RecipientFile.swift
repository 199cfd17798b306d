import Alerts
import ConfigurationFiles
import Diagnostics
import Engine
import Foundation
import Sites

/// A file of recipients on this machine, with one address on each line. Empty lines and lines that begin with `#` are
/// skipped.
///
/// A record that the backup cannot relay is left out, so that the others are still accepted. If too many records are
/// left out, the file probably has another format, and is a mistake.
struct RecipientFile {
    let addresses: [MailAddress]
    let leftOut: LeftOutRecords

    /// Number of records that may be left out of any file.
    private static let few = 5

    /// Reads a recipient file.
    ///
    /// - Parameter maxLeftOut: maximum percentage of records that may be left out; 0 to allow none.
    init(path: String, domains: [DomainName], maxLeftOut: Int) throws(Mistakes) {
        let text = try SourceFile(path: path).text
        var addresses: [MailAddress] = []
        var seen: Set<MailAddress> = []
        var leftOut = LeftOutRecords()
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let record = line.trimmingCharacters(in: [" ", "\t"])
            guard !record.isEmpty, !record.hasPrefix("#") else { continue }
            do throws(ParseError) {
                if let fault = ExternalText.fault(in: record) { throw ParseError(text: "it \(fault)") }
                let address = try MailAddress(reading: record)
                if let fault = address.fault(in: domains) { throw ParseError(text: fault) }
                if seen.insert(address).inserted { addresses.append(address) }
            } catch {
                leftOut.append(.init(source: path, line: index + 1, text: record, reason: error.text))
            }
        }
        let records = seen.count + leftOut.count
        let isTooMany = leftOut.count > (maxLeftOut > 0 ? Self.few : 0) && leftOut.count * 100 > maxLeftOut * records
        guard !isTooMany, !addresses.isEmpty else {
            throw Mistakes(Self.mistakes(path, leftOut, of: records, maxLeftOut: maxLeftOut))
        }
        (self.addresses, self.leftOut) = (addresses, leftOut)
    }

    /// Returns the mistakes of the first five records that are left out, and the reason why the file is refused.
    private static func mistakes(
        _ path: String, _ leftOut: LeftOutRecords, of records: Int, maxLeftOut: Int
    ) -> [Mistake] {
        let first = leftOut.records.prefix(5).map { Mistake(file: path, line: $0.line, text: $0.reason ?? $0.text) }
        guard leftOut.count < records else {
            return first + [
                Mistake(
                    file: path, line: nil, text: "the file contains no valid address; expected one address per line")
            ]
        }
        let reason =
            "\(leftOut.count) of \(records) records are invalid; `max_left_out` allows at most \(maxLeftOut) percent"
        return first + [Mistake(file: path, line: nil, text: reason)]
    }
}

extension MailAddress {
    /// Returns why the address cannot be a recipient of a backup MX for these domains, or nil if it can.
    func fault(in domains: [DomainName]) -> String? {
        if !domains.isEmpty, !domains.contains(domain) {
            return "`\(self)` is not in a relayed domain; expected \(quoted(domains.map(\.description)))"
        }
        if description.utf8.count > 254 { return "`\(local.prefix(20))…@\(domain)` is longer than 254 characters" }
        if let first = local.first, first == "#" || first == "-" {
            return
                "`\(self)` begins with `\(first)`, which Postfix reads as \(first == "#" ? "a comment" : "an option")"
        }
        if let sign = local.first(where: { $0 == "%" || $0 == "!" }) {
            return "`\(self)` contains `\(sign)`, which Postfix rejects as a source route"
        }
        return nil
    }
}
