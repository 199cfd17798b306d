/// A value of comma-separated pairs, such as a network device (PVE::JSONSchema, parse_property_string).
struct PropertyString: Sendable {
    var schema: Schema
    /// The key whose name may be omitted.
    var defaultKey: String?

    init(_ parameters: [Parameter], defaultKey: String? = nil) {
        schema = Schema(parameters)
        self.defaultKey = defaultKey
    }

    /// Returns the errors of a value, or nil if it is valid. Each line after the first starts with the parameter's
    /// name.
    func error(_ text: String, name: String) -> String? {
        do {
            let errors = schema.errors(of: try pairs(of: text))
            guard !errors.isEmpty else { return nil }
            let lines = errors.sorted { $0.key < $1.key }.map { "\(name).\($0.key): \($0.value)\n" }
            return "format error\n" + lines.joined()
        } catch {
            return error.text
        }
    }

    struct Malformed: Error {
        var text: String
    }

    /// Returns the pairs by key, with booleans as 0 or 1.
    func pairs(of text: String) throws(Malformed) -> [String: String] {
        var pairs: [String: String] = [:]
        for part in text.split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let key = pair.count == 2 ? pair[0] : defaultKey else {
                throw Malformed(text: "value without key, but schema does not define a default key\n")
            }
            guard pairs[key] == nil else {
                throw Malformed(text: "duplicate key in comma-separated list property: \(key)\n")
            }
            let isSwitch = schema.parameter(key)?.typeName == "boolean"
            pairs[key] = isSwitch ? Self.switched(pair[pair.count - 1]) : pair[pair.count - 1]
        }
        return pairs
    }

    private static func switched(_ text: String) -> String {
        switch text.lowercased() {
        case "1", "on", "yes", "true": "1"
        case "0", "off", "no", "false": "0"
        default: text
        }
    }
}
