/// Checks of a value (PVE::JSONSchema, check_prop).
extension Parameter {
    /// Returns the first error, or nil if the value is valid.
    ///
    /// - Parameter name: The name as given. For a family it differs from the parameter's name.
    func error(_ value: String, name: String) -> String? {
        if let error = typeError(value) { return error }
        if let properties, let error = properties.error(value, name: name) { return "invalid format - \(error)" }
        if let error = format?.error(value) { return "invalid format - \(error)" }
        if let pattern, (try? Regex(pattern).wholeMatch(in: value)) == nil {
            return "value does not match the regex pattern"
        }
        return rangeError(value)
    }

    private func typeError(_ value: String) -> String? {
        let isRight =
            switch kind {
            case .boolean: value == "0" || value == "1"
            case .integer: value.wholeMatch(of: /[+-]?\d+/) != nil
            case .number: value.wholeMatch(of: /[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?/) != nil
            case .text, .choice: true
            }
        return isRight ? nil : "type check ('\(typeName)') failed - got '\(value)'"
    }

    /// The name of the type in JSON Schema.
    var typeName: String {
        switch kind {
        case .boolean: "boolean"
        case .integer: "integer"
        case .number: "number"
        case .text, .choice: "string"
        }
    }

    private func rangeError(_ value: String) -> String? {
        switch kind {
        case .boolean: return nil
        case .integer(let minimum, let maximum), .number(let minimum, let maximum):
            let number = Double(value) ?? 0
            if let minimum, number < Double(minimum) { return "value must have a minimum value of \(minimum)" }
            if let maximum, number > Double(maximum) { return "value must have a maximum value of \(maximum)" }
            return nil
        case .text(let shortest, let longest):
            let count = value.unicodeScalars.count
            if let shortest, count < shortest { return "value must be at least \(shortest) characters long" }
            if let longest, count > longest { return "value may only be \(longest) characters long" }
            return nil
        case .choice(let values):
            return values.contains(value)
                ? nil : "value '\(value)' does not have a value in the enumeration '\(values.joined(separator: ", "))'"
        }
    }
}
