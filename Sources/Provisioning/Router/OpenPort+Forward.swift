extension OpenPort {
    /// Of a UniFi console's rules (the API's `name`).
    static let longestRuleName = 128

    /// By which its forward is found again, and known to be ours.
    func ruleName(of site: SiteAddress) -> String { "mxprovision \(site.inventory)/\(site.name) \(name)" }

    /// For a person who makes the forward.
    func order(from outside: [IPAddress], to guest: String?) -> String {
        let places = outside.map { "\($0) port \(number)" }.joined(separator: ", ")
        return "TCP \(places) → \(guest ?? "the guest's address") port \(number)"
    }
}
