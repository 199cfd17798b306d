import Engine

extension ZoneText {
    /// Renders a zone for `octodns.provider.yaml`: names relative to the zone, each with a list of record sets. It
    /// requires sorted keys.
    static func octoDNS(_ zone: RecordName, _ records: [ZoneRecord]) -> String {
        let keyed = Dictionary(grouping: records) { $0.name == zone ? "" : $0.name.relative(to: zone) }
        let blocks = keyed.sorted { $0.key < $1.key }.map { name, records -> String in
            let key = "'\(name)'"
            return (["\(key):"] + sets(of: records)).joined(separator: "\n")
        }
        return (["--- # \(zone.absolute)yaml"] + blocks).joined(separator: "\n")
    }

    private static func sets(of records: [ZoneRecord]) -> [String] {
        var types: [RecordType] = []
        for record in records where !types.contains(record.type) { types.append(record.type) }
        return types.flatMap { type -> [String] in
            let members = records.filter { $0.type == type }
            return ["- ttl: \(members[0].ttl)", "  type: \(type)", "  values:"]
                + members.flatMap { value(of: $0.data) }.map { "  \($0)" }
        }.map { "  \($0)" }
    }

    private static func value(of data: RecordData) -> [String] {
        switch data {
        case .mailExchange(let preference, let host):
            return ["- exchange: \(host.absolute)", "  preference: \(preference)"]
        case .certificate(let association):
            let words = association.description.split(separator: " ")
            return [
                "- certificate_association_data: '\(words[3])'", "  certificate_usage: \(words[0])",
                "  matching_type: \(words[2])", "  selector: \(words[1])",
            ]
        case .text(let strings):
            // octoDNS requires escaped semicolons, and quotes the text itself.
            let text = strings.text.replacing(";", with: "\\;").replacing("'", with: "''")
            return ["- '\(text)'"]
        default: return ["- '\(data.presentation)'"]
        }
    }
}
