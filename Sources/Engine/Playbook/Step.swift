import ConfigurationFiles
import Diagnostics
public import Resources

/// One entry of a playbook: an id, and a resource or a verification.
public struct Step: Sendable {
    public enum Action: Sendable {
        case resource(any Resource)
        case verification(any Verification)
    }

    /// Unique in its playbook.
    public var id: String
    /// The line in its file at which it begins, counted from 1.
    public var line: Int
    public var action: Action
    /// The handlers after a change of this step, in addition to those of its resource.
    public var then: [Handler]

    public init(id: String, line: Int, action: Action, then: [Handler] = []) {
        self.id = id
        self.line = line
        self.action = action
        self.then = then
    }

    /// The step's resource, or nil if the step is a verification.
    public var resource: (any Resource)? {
        if case .resource(let resource) = action { resource } else { nil }
    }

    /// The key in the playbook that names what the step does.
    public var kind: String {
        switch action {
        case .resource(let resource): type(of: resource).kind
        case .verification(let verification): type(of: verification).kind
        }
    }
}

extension Step {
    /// Returns this step with the secret that it needs, if it needs one.
    package func unlocked(environment: [String: String]) throws -> Step {
        guard case .resource(let resource as any SecretHolder) = action else { return self }
        var step = self
        step.action = .resource(try resource.unlocked(environment: environment))
        return step
    }
}

extension Step {
    private static let form = Pattern(/[A-Za-z0-9][A-Za-z0-9._-]*/)

    private static let item = Pattern(/[!-~]+/)

    /// Reads an entry of a playbook: one step, or one for each value of its list `each`. A step that does not apply to
    /// the site, or has no action because of a mistake, is left out.
    static func all(_ parameters: inout Parameters, kinds: StepKinds) -> [Step] {
        guard parameters.keys.contains("each"), parameters.condition("when") else {
            return Step(&parameters, kinds: kinds).map { [$0] } ?? []
        }
        let values = parameters.optionalStrings("each") ?? []
        for (index, value) in values.enumerated() where !item.fits(value) {
            parameters.wrong(
                "each", item: index, "`each`: invalid value `\(value)`; expected ASCII characters without blanks")
        }
        let variables = parameters.variables
        let steps = values.compactMap { value in
            parameters.variables = variables.adding("item", .text(value))
            var step = Step(&parameters, kinds: kinds)
            step?.id += ".\(value)"
            return step
        }
        parameters.variables = variables
        if values.isEmpty { parameters.skipUnknown() }
        return steps
    }

    /// Reads a step. Returns nil if the step does not apply to the site, or a mistake leaves it without an action.
    private init?(_ parameters: inout Parameters, kinds: StepKinds) {
        let id = parameters.string("id")
        if !Self.form.fits(id) {
            parameters.wrong("id", "`id`: invalid value `\(id)`; expected letters, digits, `.`, `_`, `-`")
        }
        parameters.know("each")
        guard parameters.condition("when") else {
            parameters.skipUnknown()
            return nil
        }
        let then = parameters.triggers("then")
        guard let action = parameters.action(kinds) else { return nil }
        self.init(id: id, line: parameters.line, action: action, then: then)
    }
}

extension Parameters {
    /// Reads the action from the key that names a resource or a verification. Returns nil if there is none.
    fileprivate mutating func action(_ kinds: StepKinds) -> Step.Action? {
        let names = kinds.names
        let named = keys.filter(names.contains)
        let strange = keys.filter { !names.contains($0) && !["id", "when", "each", "then"].contains($0) }
        guard let name = named.first else {
            for key in strange { wrong(key, "unknown resource `\(key)`; \(hint(for: key, among: names))") }
            if strange.isEmpty { wrong(nil, "the step has no resource; expected one of \(quoted(names))") }
            skipUnknown()
            return nil
        }
        if named.count > 1 {
            wrong(named[1], "\(quoted(named)) are in one step; expected one resource per step")
            named.dropFirst().forEach { _ = entry($0) }
        }
        if let kind = kinds.verifications.first(where: { $0.kind == name }) {
            return section(name) { .verification(kind.init(&$0)) }
        }
        return kinds.resources.first { $0.kind == name }.flatMap { kind in
            section(name) { .resource(kind.init(&$0)) }
        }
    }

    /// Reads handlers such as `reload nginx` and `restart cron`.
    fileprivate mutating func triggers(_ key: String) -> [Handler] {
        (optionalStrings(key) ?? []).enumerated().compactMap { item, text in
            if let match = text.wholeMatch(of: /(reload|restart) +([A-Za-z0-9@:_.\\-]+)/),
                let action = Handler.Action(rawValue: String(match.1))
            {
                return Handler(action, String(match.2))
            }
            wrong(key, item: item, "`\(key)`: invalid value `\(text)`; expected `reload SERVICE` or `restart SERVICE`")
            return nil
        }
    }
}
