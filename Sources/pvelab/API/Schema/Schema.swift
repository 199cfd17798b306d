/// What a call takes besides what stands in its path: every name that is not listed is refused (`additionalProperties: 0`).
struct Schema: Sendable {
    var parameters: [Parameter]

    init(_ parameters: [Parameter]) { self.parameters = parameters }

    static let none = Schema([])

    /// - Throws: one 400 with every parameter that is wrong (PVE::JSONSchema, validate).
    func check(_ given: [String: String]) throws {
        let errors = errors(of: given)
        guard errors.isEmpty else { throw Failure.parameters(errors) }
    }

    /// What is wrong, by parameter.
    func errors(of given: [String: String]) -> [String: String] {
        var errors: [String: String] = [:]
        for (name, value) in given {
            guard let parameter = parameter(name) else {
                errors[name] = "property is not defined in schema and the schema does not allow additional properties"
                continue
            }
            if let error = parameter.error(value, name: name) { errors[name] = error }
            if let other = parameter.companion, given[other] == nil {
                errors[other] = "missing property - '\(name)' requires this property"
            }
        }
        for parameter in parameters where parameter.isRequired && given[parameter.name] == nil {
            errors[parameter.name] = "property is missing and it is not optional"
        }
        return errors
    }

    func parameter(_ name: String) -> Parameter? { parameters.first { $0.covers(name) } }
}

/// One parameter, or with `[n]` a numbered family of them.
struct Parameter: Sendable {
    enum Kind: Sendable {
        case boolean
        case integer(minimum: Int?, maximum: Int?)
        case number(minimum: Int?, maximum: Int?)
        case text(shortest: Int?, longest: Int?)
        case choice([String])
    }

    var name: String
    var kind: Kind
    var isRequired = false
    var format: Format?
    /// A regular expression that the whole value has to match.
    var pattern: String?
    /// Comma-separated key-value pairs.
    var properties: PropertyString?
    /// Another parameter that has to come with it.
    var companion: String?

    static func boolean(_ name: String) -> Parameter { Parameter(name: name, kind: .boolean) }

    static func integer(_ name: String, from minimum: Int? = nil, to maximum: Int? = nil) -> Parameter {
        Parameter(name: name, kind: .integer(minimum: minimum, maximum: maximum))
    }

    static func number(_ name: String, from minimum: Int? = nil, to maximum: Int? = nil) -> Parameter {
        Parameter(name: name, kind: .number(minimum: minimum, maximum: maximum))
    }

    static func text(_ name: String, from shortest: Int? = nil, to longest: Int? = nil) -> Parameter {
        Parameter(name: name, kind: .text(shortest: shortest, longest: longest))
    }

    static func choice(_ name: String, _ values: [String]) -> Parameter {
        Parameter(name: name, kind: .choice(values))
    }

    static func vmid(_ name: String) -> Parameter { integer(name, from: 100, to: 999_999_999).format(.guest) }

    var required: Parameter { with { $0.isRequired = true } }
    func format(_ format: Format) -> Parameter { with { $0.format = format } }
    func pattern(_ pattern: String) -> Parameter { with { $0.pattern = pattern } }
    func properties(_ properties: PropertyString) -> Parameter { with { $0.properties = properties } }
    func companion(_ name: String) -> Parameter { with { $0.companion = name } }

    private func with(_ change: (inout Parameter) -> Void) -> Parameter {
        var copy = self
        change(&copy)
        return copy
    }

    /// `net[n]` covers `net0`.
    func covers(_ given: String) -> Bool {
        guard name.hasSuffix("[n]") else { return name == given }
        let stem = name.dropLast(3)
        return given.hasPrefix(stem) && given.dropFirst(stem.count).wholeMatch(of: /0|[1-9]\d{0,2}/) != nil
    }
}
