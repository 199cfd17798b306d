public import ConfigurationFiles
import Diagnostics
public import Engine
import Guests
public import Resources

/// What `up` would create for a site, computed from the files alone: contacts no host and reads no secret.
public struct Outline: Sendable, Equatable, Encodable {
    public struct Step: Sendable, Equatable, Encodable {
        public var step: String
        /// The kind of its resource, or `verify`.
        public var resource: String
    }

    /// The guest's specification, as changes of a guest that does not exist yet.
    public var guest: [Change]
    /// The steps that apply to the site, in order.
    public var steps: [Step]

    /// Computes the outline of a site.
    ///
    /// - Throws: ``Mistakes`` if Proxmox does not allow a name.
    public init(_ site: Site, of inventory: Inventory, playbook: Playbook) throws(Mistakes) {
        do { guest = try Self.guest(of: site) } catch {
            throw Mistakes([
                Mistake(
                    file: inventory.file, line: site.line, text: "site `\(site.name)`: \(ErrorDescription(error).what)")
            ])
        }
        steps = playbook.steps.map { step in
            Step(step: step.id, resource: step.kind)
        }
    }

    private static func guest(of site: Site) throws -> [Change] {
        let order = try site.cloneRequest
        let id = order.id.map { " to \($0)" } ?? ", with the next free id"
        let origin = Change("guest", from: nil, to: "clone of \(order.template)\(id), on \(order.node)")
        let specification = site.specification
        let settings =
            specification.options.sorted { $0.key < $1.key }
            + specification.network.sorted { $0.key < $1.key }.map { (key: "net0 \($0.key)", value: $0.value) }
        return [origin] + settings.filter { !$0.value.isEmpty }.map { Change($0.key, from: nil, to: $0.value) }
    }
}
