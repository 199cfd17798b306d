/// An ordered list of steps.
public struct Playbook: Sendable {
    public var name: String
    public var steps: [Step]

    public init(name: String, steps: [Step]) {
        self.name = name
        self.steps = steps
    }

    /// Reads a playbook for one site.
    ///
    /// `variables` are what each `{{ name }}` stands for there: ``Inventory/variables(for:)``.
    ///
    /// - Throws: ``Mistakes``, all of them at once.
    public static func load(from path: String, variables: [String: Variable]) throws(Mistakes) -> Playbook {
        try read(SourceFile(path: path), variables: variables)
    }

    static func read(
        _ source: SourceFile,
        variables: [String: Variable],
        kinds: [any Resource.Type] = Catalogue.kinds
    ) throws(Mistakes) -> Playbook {
        var parameters = Parameters(try source.node(), file: source.name, variables: variables)
        let name = parameters.string("name")
        let steps = parameters.sections("steps") { Step(&$0, kinds: kinds) }
        if steps.isEmpty { parameters.wrong("steps", "`steps` is empty") }
        var lines: [String: Int] = [:]
        for (item, step) in steps.enumerated() {
            guard let step, !step.id.isEmpty else { continue }
            if let line = lines[step.id] {
                parameters.wrong("steps", item: item, "the id `\(step.id)` is taken by the step at line \(line)")
            }
            lines[step.id] = lines[step.id] ?? step.line
        }
        parameters.finish()
        try parameters.throwMistakes()
        return Playbook(name: name, steps: steps.compactMap(\.self))
    }
}
