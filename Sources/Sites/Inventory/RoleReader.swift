package import ConfigurationFiles
package import Ingress

/// Reads a role's keys of an inventory and of its sites. It keeps what could be read, so that all mistakes of a file are
/// found at once.
package protocol RoleReader {
    /// The zones of an inventory that does not name them.
    var zones: [DomainName] { get }

    /// Reads the role's keys of a site.
    mutating func read(_ site: inout Parameters, named name: String)

    /// Notes the contradictions between all parts of an inventory.
    ///
    /// - Returns: Nil if a mistake leaves the role without a required part.
    func role(for sites: [Site], _ dns: DNSSettings, in inventory: inout Parameters) -> (any Role)?
}
