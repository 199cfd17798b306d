import ConfigurationFiles
package import Engine

extension OpenPort {
    /// The maximum length of a rule's name on a UniFi console (the API's `name`).
    package static let longestRuleName = 128

    /// Returns the name of the port's forward, which identifies it as ours.
    package func ruleName(of site: SiteAddress) -> String { Self.ruleNamePrefix(of: site) + name }

    /// Returns the beginning of the names of all forwards of a site.
    static func ruleNamePrefix(of site: SiteAddress) -> String { "mxprovision \(site.inventory)/\(site.name) " }

    /// Returns the forward as text, for a person who creates it manually.
    func order(from outside: [IPAddress], to guest: String?) -> String {
        let places = outside.map { "\($0) port \(number)" }.joined(separator: ", ")
        return "\(transport.uppercased()) \(places) → \(guest ?? "the guest's address") port \(number)"
    }
}
