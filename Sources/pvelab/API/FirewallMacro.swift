/// The rule macros that the lab supports (PVE::Firewall, `$pve_fw_macros`).
enum FirewallMacro {
    struct Match: Sendable, Hashable {
        /// `tcp`, `udp` or `icmp`.
        var `protocol`: String
        /// The port, or the ICMP type.
        var number: Int
    }

    static let all: [String: [Match]] = [
        "SSH": tcp(22), "SMTP": tcp(25), "SMTPS": tcp(465), "Submission": tcp(587), "Mail": tcp(25, 465, 587),
        "HTTP": tcp(80), "HTTPS": tcp(443), "DNS": [Match(protocol: "udp", number: 53)] + tcp(53),
        "NTP": [Match(protocol: "udp", number: 123)], "Ping": [Match(protocol: "icmp", number: 8)],
    ]

    private static func tcp(_ ports: Int...) -> [Match] { ports.map { Match(protocol: "tcp", number: $0) } }
}
