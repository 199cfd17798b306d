import Engine
import Foundation

/// The zones' records as text, in formats for people and for tools.
public struct ZoneText: Sendable {
    public enum Format: String, Sendable, CaseIterable {
        /// The lines of a zone file, to be inserted into one.
        case zone
        case json
        /// One document per zone, in the format of octoDNS's YamlProvider.
        case octodns
    }

    private let zones: [(zone: RecordName, records: [ZoneRecord])]

    /// SPF records are left out, because a domain must not have two: ``ZoneAdvice`` has them.
    public init(_ desired: DesiredZone) {
        let records = DesiredZone.Stage.allCases.reversed().flatMap { desired.ofPrimary($0) + desired.own($0) }
        zones = desired.zones.map { zone in (zone, records.filter { desired.zone(of: $0.name) == zone }) }
            .filter { !$0.records.isEmpty }
    }

    public func text(_ format: Format) -> String {
        switch format {
        case .zone: zones.map(Self.zoneFile).joined(separator: "\n\n")
        case .json: json
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

    /// One record of the JSON output.
    public struct Line: Encodable, Sendable {
        package var zone: String
        package var name: String
        package var ttl: Int
        package var type: String
        package var data: String
    }

    /// The records of all zones.
    public var lines: [Line] {
        zones.flatMap { zone, records in
            records.map { record in
                Line(
                    zone: zone.description, name: record.name.description, ttl: record.ttl,
                    type: record.type.description, data: record.data.presentation)
            }
        }
    }

    private var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // Encoding strings and numbers cannot fail.
        return (try? encoder.encode(lines)).map { String(decoding: $0, as: UTF8.self) } ?? "[]"
    }
}
