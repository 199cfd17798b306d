/// A TCP port that the router hands on to the guest.
struct ForwardedPort: Sendable, Hashable {
    var number: Int
    /// Its name in /etc/services.
    var service: String

    static let smtp = ForwardedPort(number: 25, service: "smtp")
    static let http = ForwardedPort(number: 80, service: "http")

    /// Of a UniFi console's rules (the API's `name`).
    static let longestRuleName = 128

    /// By which the forward is found again, and known to be ours.
    func ruleName(of site: SiteAddress) -> String { "mxprovision \(site.inventory)/\(site.name) \(service)" }

    /// For a person who makes the forward.
    func order(from outside: [IPAddress], to guest: String?) -> String {
        let places = outside.map { "\($0) port \(number)" }.joined(separator: ", ")
        return "TCP \(places) → \(guest ?? "the guest's address") port \(number)"
    }
}
