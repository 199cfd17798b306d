/// A zone file of the lab's internet.
struct Zone: Sendable {
    var origin: String
    var records: [String]

    var text: String {
        """
        $TTL 5
        @ IN SOA ns.lab.example. hostmaster.lab.example. 1 3600 600 86400 60
        @ IN NS ns.lab.example.

        """ + records.map { $0 + "\n" }.joined()
    }

    /// The article's domain, the domains of senders, and the reverse zones of every public address.
    static let all: [Zone] = [
        Zone(
            origin: Topology.domain,
            records: [
                "@ IN MX 10 mail",
                "@ IN MX 20 mail-backup",
                #"@ IN TXT "v=spf1 mx -all""#,
                "@ IN A \(Topology.primaryWAN)",
                "mail IN A \(Topology.primaryWAN)",
                "mail IN AAAA 2001:db8:1::12",
                #"mail IN TXT "v=spf1 a -all""#,
                "mail-backup IN A \(Topology.secondaryWAN)",
                "mail-backup IN AAAA 2001:db8:2::25",
                #"mail-backup IN TXT "v=spf1 a -all""#,
                "\(Topology.nodeName) IN A \(Topology.nodeAddress)",
            ]
        ),
        Zone(
            origin: "lab.example",
            records: ["ns IN A \(Topology.internetAddress)", "acme IN A \(Topology.internetAddress)"]),
        Zone(
            origin: Elsewhere.domain,
            records: [
                "@ IN MX 10 smtp", "smtp IN A \(Topology.relayAddress)", "hooks IN A \(Topology.internetAddress)",
            ]),
        sender("sender.example"),
        sender("external.example.com"),
        Zone(
            origin: "100.51.198.in-addr.arpa",
            records: [
                "1 IN PTR client.sender.example.",
                "10 IN PTR mail.\(Topology.domain).",
                "20 IN PTR mail-backup.\(Topology.domain).",
            ]
        ),
        Zone(
            origin: "8.b.d.0.1.0.0.2.ip6.arpa",
            records: [
                pointer("0000000000000000", 0x1, "client.sender.example."),
                pointer("0001000000000000", 0x12, "mail.\(Topology.domain)."),
                pointer("0002000000000000", 0x25, "mail-backup.\(Topology.domain)."),
            ]
        ),
        Zone(
            origin: "2.10.in-addr.arpa",
            records: [
                "1.0 IN PTR \(Topology.nodeName).\(Topology.domain).", "25.0 IN PTR mail-backup.\(Topology.domain).",
            ]),
        Zone(origin: "1.10.in-addr.arpa", records: ["12.0 IN PTR mail.\(Topology.domain)."]),
    ]

    private static func sender(_ origin: String) -> Zone {
        Zone(
            origin: origin,
            records: [
                "@ IN MX 10 client",
                "@ IN A \(Topology.internetAddress)",
                "client IN A \(Topology.internetAddress)",
                "client IN AAAA \(Topology.internetAddress6)",
                #"@ IN TXT "v=spf1 mx -all""#,
            ]
        )
    }

    /// Returns the PTR record of 2001:db8:`middle` with a last group of four digits.
    private static func pointer(_ middle: String, _ last: Int, _ name: String) -> String {
        let group = String(last, radix: 16)
        let digits = middle + "0000" + String(repeating: "0", count: 4 - group.count) + group
        return digits.reversed().map { String($0) }.joined(separator: ".") + " IN PTR " + name
    }
}
