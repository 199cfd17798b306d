import Yams

/// The accumulating reader of one mapping in a YAML file.
///
/// It goes on after a mistake, so that all mistakes of a file are told at once. A reader that notes a mistake still
/// returns a value of its type; nothing built from it is used, because loading ends with the mistakes.
public struct Parameters {
    let file: String
    let node: Node
    /// What each `{{ name }}` stands for.
    let variables: [String: Variable]
    private var known: Set<String> = []
    public private(set) var mistakes: [Mistake] = []

    init(_ node: Node, file: String, variables: [String: Variable] = [:]) {
        self.node = node
        self.file = file
        self.variables = variables
    }
}

/// What a `{{ name }}` in a playbook stands for.
public enum Variable: Sendable, Hashable {
    case text(String)
    case list([String])
}
