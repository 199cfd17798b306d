package import ConfigurationFiles
package import Engine
package import Ingress

/// An application of the engine: the keys that it adds to inventories, and its kinds of steps. A playbook names its role
/// by the key `role`; one without a role uses only what is general.
///
/// Everything but the name and the reader has a default. A role that takes part in runs conforms to ``RunningRole`` too.
package protocol Role: Sendable {
    /// The name in playbooks.
    static var name: String { get }
    /// Its name in the ownership marker of guests; nil only for the role of version 0.1.
    static var marker: String? { get }
    /// The keys of an inventory that only this role has. If a playbook names no role, as in version 0.1, they decide.
    static var inventoryKeys: Set<String> { get }
    /// The resources and verifications of its playbooks.
    static var kinds: StepKinds { get }
    /// Keys of which only one is used: if a site sets one, the others are not taken from the defaults.
    static var alternatives: [[String]] { get }

    /// Begins to read the role's keys of an inventory.
    static func reader(of inventory: inout Parameters) -> any RoleReader

    /// The address for messages about the sites, such as those of a certificate authority.
    var contact: MailAddress? { get }
    /// The ports of a site if its playbook does not name any.
    func ports(of site: Site) -> PublishedPorts
    /// Returns the values of the role's `{{ name }}` of a playbook.
    func variables(for site: Site) -> [String: Variable]
    /// The MX records that the public DNS should have; nil for none.
    var exchange: DesiredZone.Exchange? { get }
    /// Returns the check of a port from outside; nil if the port only has to accept connections.
    func greetingReader(of site: Site, at port: NetworkPort) -> OutsideCheck.GreetingReader?
}

extension Role {
    package static var marker: String? { name }
    package static var inventoryKeys: Set<String> { [] }
    package static var kinds: StepKinds { .general }
    package static var alternatives: [[String]] { [] }
    package var contact: MailAddress? { nil }
    package func ports(of site: Site) -> PublishedPorts { PublishedPorts() }
    package func variables(for site: Site) -> [String: Variable] { [:] }
    package var exchange: DesiredZone.Exchange? { nil }
    package func greetingReader(of site: Site, at port: NetworkPort) -> OutsideCheck.GreetingReader? { nil }
}
