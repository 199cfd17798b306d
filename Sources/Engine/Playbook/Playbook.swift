package import ConfigurationFiles
import Diagnostics
import Resources
import Yams

/// An ordered list of steps.
public struct Playbook: Sendable {
    public var name: String
    /// The releases that a guest may run, each as `ID VERSION_ID` of os-release(5); empty for any.
    public var systems: [String]
    public var steps: [Step]
    /// Nil if the playbook does not name any; a role may have its own.
    public var ports: PublishedPorts?

    public init(name: String, systems: [String] = [], steps: [Step], ports: PublishedPorts? = nil) {
        self.name = name
        self.systems = systems
        self.steps = steps
        self.ports = ports
    }

    /// Whether a guest may run a release, named like those of ``systems``.
    package func supports(_ release: String) -> Bool { systems.isEmpty || systems.contains(release) }

    /// Reads a playbook for several sites, in their order.
    ///
    /// - Parameters:
    ///   - variables: the value of each `{{ name }}` at each site.
    ///   - check: returns what is wrong with the playbook of a site, by the site's index.
    /// - Throws: ``Mistakes``: those of all sites, each once.
    package static func load(
        from path: String, variables: [[String: Variable]], kinds: StepKinds,
        _ check: (Int, Playbook) -> Mistake?
    ) throws(Mistakes) -> [Playbook] {
        let source = try SourceFile(path: path, option: "--playbook")
        let node = try source.node()
        let memory = StepMemory()
        var seen: Set<Mistake> = []
        var mistakes: [Mistake] = []
        var playbooks: [Playbook] = []
        for (index, variables) in variables.enumerated() {
            do {
                let playbook = try read(node, file: source.name, variables: variables, memory, kinds: kinds)
                playbooks.append(playbook)
                if let mistake = check(index, playbook) { mistakes.append(mistake) }
            } catch {
                mistakes += error.all.filter { seen.insert($0).inserted }
            }
        }
        if !mistakes.isEmpty { throw Mistakes(mistakes) }
        return playbooks
    }

    /// Reads a playbook for one site.
    ///
    /// - Throws: ``Mistakes``, all of them at once.
    package static func read(
        _ source: SourceFile, variables: [String: Variable], kinds: StepKinds
    ) throws(Mistakes) -> Playbook {
        try read(try source.node(), file: source.name, variables: variables, StepMemory(), kinds: kinds)
    }

    private static let system = Pattern(/[a-z0-9._-]+ [a-z0-9._-]+/)

    private static func read(
        _ node: Node,
        file: String,
        variables: [String: Variable],
        _ memory: StepMemory,
        kinds: StepKinds
    ) throws(Mistakes) -> Playbook {
        var parameters = Parameters(node, file: file, variables: Variables(variables))
        var item = -1
        let name = parameters.string("name")
        // Has decided which keys the inventory has, so it was read with the inventory.
        parameters.know("role")
        let ports = parameters.optionalSection("ports") { PublishedPorts(&$0) }
        let systems = parameters.optionalStrings("systems") ?? []
        for (item, system) in systems.enumerated() where !Self.system.fits(system) {
            parameters.wrong(
                "systems", item: item, "`systems`: invalid value `\(system)`; expected a release like `debian 12`")
        }
        let entries = parameters.sections("steps") { part in
            item += 1
            return memory.steps(item, &part) { Step.all(&$0, kinds: kinds) }
        }
        let steps = entries.enumerated().flatMap { item, steps in steps.map { (item: item, step: $0) } }
        if entries.isEmpty { parameters.wrong("steps", "`steps` is empty") }
        var lines: [String: Int] = [:]
        for (item, step) in steps where !step.id.isEmpty {
            if let line = lines[step.id] {
                parameters.wrong(
                    "steps", item: item, "duplicate id `\(step.id)`; the step on line \(line) has the same id")
            }
            lines[step.id] = lines[step.id] ?? step.line
        }
        // A step that could not be read may be the verification.
        if parameters.isKnown("steps") { parameters.noteUnproved(steps, publishing: ports?.published ?? []) }
        parameters.finish()
        try parameters.throwMistakes()
        return Playbook(name: name, systems: systems, steps: steps.map(\.step), ports: ports)
    }
}

extension Parameters {
    /// Records a mistake for each step that opens a published port, or one for mail, before all verifications have passed.
    fileprivate mutating func noteUnproved(_ steps: [(item: Int, step: Step)], publishing published: [NetworkPort]) {
        // The ports that senders use (RFC 5321, RFC 6409, RFC 8314).
        let proven = Set(["25/tcp", "465/tcp", "587/tcp"] + published.map(\.description))
        let last = steps.lastIndex { if case .verification = $0.step.action { true } else { false } } ?? steps.endIndex
        for (item, step) in steps[..<last] {
            guard let firewall = step.resource as? Firewall, let port = firewall.allow.first(where: proven.contains)
            else { continue }
            wrong(
                "steps", item: item,
                "the step opens \(port) before all verifications have passed; move it after the last one"
            )
        }
    }
}
