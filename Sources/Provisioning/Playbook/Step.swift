/// One entry of a playbook: an id, and what the guest is to have.
public struct Step: Sendable {
    public enum Action: Sendable {
        case resource(any Resource)
        case verification(Verification)
    }

    /// Unique in its playbook.
    public var id: String
    /// Where it begins in its file, counted from 1.
    public var line: Int
    public var action: Action
    /// What a change of this step owes, beside what its resource knows by itself.
    public var then: [Trigger]

    public init(id: String, line: Int, action: Action, then: [Trigger] = []) {
        self.id = id
        self.line = line
        self.action = action
        self.then = then
    }

    /// Nil where the step verifies and changes nothing.
    public var resource: (any Resource)? {
        if case .resource(let resource) = action { resource } else { nil }
    }
}

extension Step {
    private static let form = Pattern(/[A-Za-z0-9][A-Za-z0-9._-]*/)

    /// Reads a step; nil where the site does not want it, or a mistake leaves it without an action.
    init?(_ parameters: inout Parameters, kinds: [any Resource.Type]) {
        let id = parameters.string("id")
        if !Self.form.fits(id) {
            parameters.wrong("id", "`id` is `\(id)`; letters, digits, `.`, `_` and `-` are wanted")
        }
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
    /// What the one key of a step that names a kind makes of it.
    fileprivate mutating func action(_ kinds: [any Resource.Type]) -> Step.Action? {
        let names = kinds.map { $0.kind } + [Verification.kind]
        let named = keys.filter(names.contains)
        let strange = keys.filter { !names.contains($0) && !["id", "when", "then"].contains($0) }
        guard let name = named.first else {
            for key in strange { wrong(key, "`\(key)` is no resource; \(hint(for: key, among: names))") }
            if strange.isEmpty { wrong(nil, "the step names no resource; known are \(quoted(names))") }
            skipUnknown()
            return nil
        }
        if named.count > 1 {
            wrong(named[1], "\(quoted(named)) are in one step; each wants a step of its own")
            named.dropFirst().forEach { _ = entry($0) }
        }
        if let kind = kinds.first(where: { $0.kind == name }) {
            return section(name) { .resource(kind.init(&$0)) }
        }
        return section(name) { .verification(Verification(&$0)) }
    }

    /// `reload postfix@-`, `restart cron`.
    fileprivate mutating func triggers(_ key: String) -> [Trigger] {
        (optionalStrings(key) ?? []).enumerated().compactMap { item, text in
            if let match = text.wholeMatch(of: /(reload|restart) +([A-Za-z0-9@:_.\\-]+)/),
                let action = Trigger.Action(rawValue: String(match.1))
            {
                return Trigger(action, String(match.2))
            }
            wrong(key, item: item, "`\(key)` is `\(text)`; `reload SERVICE` or `restart SERVICE` is wanted")
            return nil
        }
    }
}
