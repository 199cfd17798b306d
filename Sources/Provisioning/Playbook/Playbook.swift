import Yams

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

    /// Reads a playbook for several sites of an inventory, in their order.
    ///
    /// - Parameter acceptsShrink: whether a list of recipients may lose more than a fifth of its entries.
    /// - Throws: ``Mistakes``: those of all sites, each once.
    public static func load(
        from path: String,
        for sites: [Site],
        of inventory: Inventory,
        acceptsShrink: Bool = false
    ) throws(Mistakes) -> [Playbook] {
        let source = try SourceFile(path: path)
        let node = try source.node()
        let memory = StepMemory()
        var seen: Set<Mistake> = []
        var mistakes: [Mistake] = []
        var playbooks: [Playbook] = []
        for site in sites {
            let variables = inventory.variables(for: site, acceptsShrink: acceptsShrink)
            do {
                let playbook = try read(node, file: source.name, variables: variables, memory)
                playbooks.append(playbook)
                if playbook.steps.verification == nil, let way = site.publishedWay {
                    let text =
                        "the playbook has no `verify` step, and site `\(site.name)` publishes port 25 by its \(way); "
                        + "nothing is published without proof"
                    mistakes.append(Mistake(file: source.name, line: nil, text: text))
                }
            } catch {
                mistakes += error.all.filter { seen.insert($0).inserted }
            }
        }
        if !mistakes.isEmpty { throw Mistakes(mistakes) }
        return playbooks
    }

    static func read(
        _ source: SourceFile,
        variables: [String: Variable],
        kinds: [any Resource.Type] = Catalogue.kinds
    ) throws(Mistakes) -> Playbook {
        try read(try source.node(), file: source.name, variables: variables, StepMemory(), kinds: kinds)
    }

    private static func read(
        _ node: Node,
        file: String,
        variables: [String: Variable],
        _ memory: StepMemory,
        kinds: [any Resource.Type] = Catalogue.kinds
    ) throws(Mistakes) -> Playbook {
        var parameters = Parameters(node, file: file, variables: Variables(variables))
        var item = -1
        let name = parameters.string("name")
        let steps = parameters.sections("steps") { part in
            item += 1
            return memory.step(item, &part) { Step(&$0, kinds: kinds) }
        }
        if steps.isEmpty { parameters.wrong("steps", "`steps` is empty") }
        var lines: [String: Int] = [:]
        for (item, step) in steps.enumerated() {
            guard let step, !step.id.isEmpty else { continue }
            if let line = lines[step.id] {
                parameters.wrong("steps", item: item, "the id `\(step.id)` is taken by the step at line \(line)")
            }
            lines[step.id] = lines[step.id] ?? step.line
        }
        parameters.noteUnproved(steps)
        parameters.finish()
        try parameters.throwMistakes()
        return Playbook(name: name, steps: steps.compactMap(\.self))
    }
}

extension Parameters {
    /// Notes each step that opens a mail port before any verification.
    fileprivate mutating func noteUnproved(_ steps: [Step?]) {
        for (item, step) in steps.enumerated() {
            if case .verification? = step?.action { return }
            guard let firewall = step?.resource as? Firewall, let port = firewall.mailPort else { continue }
            wrong(
                "steps", item: item, "the step opens \(port) before a `verify` step; nothing is published without proof"
            )
        }
    }
}

extension Firewall {
    /// An allowed port that senders use (RFC 5321, RFC 6409, RFC 8314).
    fileprivate var mailPort: String? { allow.first { ["25/tcp", "465/tcp", "587/tcp"].contains($0) } }
}

extension Site {
    /// What outside the guest lets mail come to it, as the inventory names it; nil if nothing does.
    fileprivate var publishedWay: String? {
        if firewall.contains(.proxmox) || firewall.contains(.node) { return "`firewall`" }
        return router == nil ? nil : "`router`"
    }
}
