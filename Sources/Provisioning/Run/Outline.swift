/// What `up` would bring a site to, as far as the files tell: nobody is contacted, no secret is read.
public struct Outline: Sendable, Equatable, Encodable {
    public struct Step: Sendable, Equatable, Encodable {
        public var step: String
        /// Its resource's kind, or `verify`.
        public var resource: String
    }

    /// The guest's specification, as changes of a guest that does not exist yet.
    public var guest: [Change]
    /// What the guest would be asked, in order: the steps that the site wants.
    public var steps: [Step]

    /// - Throws: ``Mistakes`` where a name is one that Proxmox cannot have.
    public init(_ site: Site, of inventory: Inventory, playbook: Playbook) throws(Mistakes) {
        do { guest = try Self.guest(of: site) } catch {
            throw Mistakes([
                Mistake(file: inventory.file, line: site.line, text: "site `\(site.name)`: \(Complaint(error).what)")
            ])
        }
        steps = playbook.steps.map { step in
            Step(step: step.id, resource: step.resource.map { type(of: $0).kind } ?? Verification.kind)
        }
    }

    private static func guest(of site: Site) throws -> [Change] {
        let order = try site.cloneOrder
        let id = order.id.map { " to \($0)" } ?? ", with the next free id"
        let origin = Change("guest", from: nil, to: "clone of \(order.template)\(id), on \(order.node)")
        let specification = site.specification
        let settings =
            specification.options.sorted { $0.key < $1.key }
            + specification.network.sorted { $0.key < $1.key }.map { (key: "net0 \($0.key)", value: $0.value) }
        return [origin] + settings.filter { !$0.value.isEmpty }.map { Change($0.key, from: nil, to: $0.value) }
    }
}
