/// The parameters of a call besides those of its path. All other names are rejected (`additionalProperties: 0`).
struct Schema: Sendable {
    var parameters: [Parameter]

    init(_ parameters: [Parameter]) { self.parameters = parameters }

    static let none = Schema([])

    /// Checks the parameters of a call.
    ///
    /// - Throws: One 400 with every invalid parameter (PVE::JSONSchema, validate).
    func check(_ given: [String: String]) throws {
        let errors = errors(of: given)
        guard errors.isEmpty else { throw Failure.parameters(errors) }
    }

    /// Returns the errors by parameter.
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

/// One parameter, or with `[n]` a numbered family of parameters.
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
    /// A regular expression that the whole value must match.
    var pattern: String?
    /// The schema of comma-separated key-value pairs.
    var properties: PropertyString?
    /// Another parameter that is required with this one.
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

    /// Returns whether this parameter has the name. `net[n]` covers `net0`.
    func covers(_ given: String) -> Bool {
        guard name.hasSuffix("[n]") else { return name == given }
        let stem = name.dropLast(3)
        return given.hasPrefix(stem) && given.dropFirst(stem.count).wholeMatch(of: /0|[1-9]\d{0,2}/) != nil
    }
}
