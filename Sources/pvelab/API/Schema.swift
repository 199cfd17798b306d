/// What a call takes: every name that is not listed is refused (`additionalProperties: 0`).
struct Schema: Sendable {
    enum Kind: Sendable {
        case boolean
        case integer(ClosedRange<Int>)
        case text(Int)
        /// `dns-name` of PVE::JSONSchema.
        case hostname
        case choice([String])
        /// Checked by the call itself: property strings, lists.
        case special
    }

    struct Parameter: Sendable {
        var name: String
        var kind: Kind
        var isRequired = false
    }

    var parameters: [Parameter]

    init(_ parameters: [(String, Kind)], required: Set<String> = []) {
        self.parameters = parameters.map { Parameter(name: $0.0, kind: $0.1, isRequired: required.contains($0.0)) }
    }

    static let vmid = Kind.integer(100...999_999_999)
    static let any = Kind.integer(0...Int.max)

    /// - Throws: one 400 with every parameter that is wrong (PVE::JSONSchema, validate).
    func check(_ given: [String: String]) throws {
        var errors: [String: String] = [:]
        for (name, value) in given {
            guard let parameter = parameters.first(where: { $0.name == name || $0.covers(name) }) else {
                errors[name] = "property is not defined in schema and the schema does not allow additional properties"
                continue
            }
            if let error = parameter.kind.error(value) { errors[name] = error }
        }
        for parameter in parameters where parameter.isRequired && given[parameter.name] == nil {
            errors[parameter.name] = "property is missing and it is not optional"
        }
        guard errors.isEmpty else { throw Failure.parameters(errors) }
    }
}

extension Schema.Parameter {
    /// `net[n]` covers `net0`.
    fileprivate func covers(_ given: String) -> Bool {
        guard name.hasSuffix("[n]") else { return false }
        let stem = name.dropLast(3)
        return given.hasPrefix(stem) && Int(given.dropFirst(stem.count)) != nil
    }
}

extension Schema.Kind {
    fileprivate func error(_ value: String) -> String? {
        switch self {
        case .boolean:
            return ["0", "1"].contains(value) ? nil : "type check ('boolean') failed - got '\(value)'"
        case .integer(let range):
            guard value.wholeMatch(of: /[+-]?\d+/) != nil, let number = Int(value) else {
                return "type check ('integer') failed - got '\(value)'"
            }
            if number < range.lowerBound { return "value must have a minimum value of \(range.lowerBound)" }
            if number > range.upperBound { return "value must have a maximum value of \(range.upperBound)" }
            return nil
        case .text(let longest):
            return value.count > longest ? "value may only be \(longest) characters long" : nil
        case .hostname:
            let label = /[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)*/
            return value.wholeMatch(of: label) == nil
                ? "invalid format - value does not look like a valid DNS name\n" : nil
        case .choice(let values):
            return values.contains(value)
                ? nil : "value '\(value)' does not have a value in the enumeration '\(values.joined(separator: ", "))'"
        case .special: return nil
        }
    }
}
