import Foundation

/// The lines of the zones, in the forms that people and their tools take.
public struct ZoneText: Sendable {
    public enum Format: String, Sendable, CaseIterable {
        /// A zone file's lines, to be put into one.
        case zone
        case json
        /// A document a zone, as octoDNS's YamlProvider reads it.
        case octodns
    }

    private let zones: [(zone: RecordName, records: [ZoneRecord])]

    /// Without SPF records, of which a domain must not have two: they are ``ZoneAdvice``.
    public init(_ desired: DesiredZone) {
        let records = DesiredZone.Stage.allCases.reversed().flatMap { desired.ofPrimary($0) + desired.own($0) }
        zones = desired.zones.map { zone in (zone, records.filter { desired.zone(of: $0.name) == zone }) }
            .filter { !$0.records.isEmpty }
    }

    public func text(_ format: Format) -> String {
        switch format {
        case .zone: zones.map(Self.zoneFile).joined(separator: "\n\n")
        case .json: Self.json(zones)
        case .octodns: zones.map(Self.octoDNS).joined(separator: "\n")
        }
    }

    private static func zoneFile(_ zone: RecordName, _ records: [ZoneRecord]) -> String {
        let lines = records.map { record in
            let name = record.name.relative(to: zone)
            let padded = name + String(repeating: " ", count: max(0, 24 - name.count))
            return "\(padded) \(record.ttl) IN \(record.type) \(record.data.presentation)"
        }
        return (["$ORIGIN \(zone.absolute)"] + lines).joined(separator: "\n")
    }

    private struct Line: Encodable {
        var zone: String
        var name: String
        var ttl: Int
        var type: String
        var data: String
    }

    private static func json(_ zones: [(RecordName, [ZoneRecord])]) -> String {
        let lines = zones.flatMap { zone, records in
            records.map { record in
                Line(
                    zone: zone.description, name: record.name.description, ttl: record.ttl,
                    type: record.type.description, data: record.data.presentation)
            }
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // Strings and numbers cannot fail to be encoded.
        return (try? encoder.encode(lines)).map { String(decoding: $0, as: UTF8.self) } ?? "[]"
    }
}
