/// One of the lab's three network namespaces.
enum Namespace: String, Sendable, CaseIterable {
    /// The internet with its name server, and the operator's desk.
    case internet = "pvelab"
    /// The site that gets the backup MX: the Proxmox node pve2.
    case secondary = "pvelab-secondary"
    /// The site with the mail server.
    case primary = "pvelab-primary"

    var path: String { "/run/netns/\(rawValue)" }
}
