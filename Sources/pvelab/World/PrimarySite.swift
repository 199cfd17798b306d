import Foundation

/// The site with the domain's mail server: a container with a real Postfix and three mailboxes.
struct PrimarySite: Sendable {
    static let mailboxes = ["you", "admin", "postmaster"]

    let folder: LabFolder

    private var container: Container {
        Container(name: "primary", site: .primary, guests: folder.guests)
    }

    func start(images: ImageCache) async throws {
        try await container.files.make(over: images.primary)
        try await container.start(
            GuestConfiguration(
                hostname: "mail.\(Topology.domain)",
                networks: [
                    [
                        "name": "eth0", "bridge": "vmbr0", "hwaddr": "BC:24:11:00:01:12",
                        "ip": Topology.primaryMail + "/24", "gw": Topology.primaryGateway,
                        "ip6": "2001:db8:1::12/64", "gw6": "2001:db8:1::1",
                    ]
                ],
                nameserver: Topology.internetAddress,
                searchdomain: Topology.domain
            )
        )
    }

    func isAnswering() async -> Bool {
        let greeting = Tool("timeout", "2", "busybox", "nc", Topology.primaryMail, "25")
        return (try? await greeting.inside(.primary).outcome().output)?.hasPrefix("220 ") ?? false
    }

    func stopMail() async throws { try await container.run("systemctl stop postfix@-") }

    /// The stage at which the primary rejects mail.
    enum Stage: String, Sendable, CaseIterable {
        case connection, recipient
    }

    /// Makes Postfix reject all mail, permanently (5xx) or temporarily (4xx).
    func refuseMail(_ code: Int, at stage: Stage) async throws {
        let reply = "static:{\(code) \(code / 100).3.2 not now}"
        let settings =
            switch stage {
            case .connection: "smtpd_delay_reject=no 'smtpd_client_restrictions=check_client_access \(reply)'"
            case .recipient: "'smtpd_recipient_restrictions=check_recipient_access \(reply)'"
            }
        try await container.run("\(Self.takeMail); postconf -e \(settings); postfix reload 2>/dev/null")
    }

    func startMail() async throws {
        try await container.run("\(Self.takeMail); systemctl start postfix@-; postfix reload 2>/dev/null")
    }

    private static let takeMail =
        "postconf -X smtpd_delay_reject smtpd_client_restrictions smtpd_recipient_restrictions"

    /// Runs PostfixAdmin's command line on one of its two databases, such as `mailbox add you@yourdomain.net …`.
    func postfixAdmin(_ database: Database, _ words: [String]) async throws -> String {
        var command = container.lxc(
            "attach", "--clear-env", "--set-var", "POSTFIXADMIN_DATABASE=\(database.rawValue)", "--", "php",
            "/usr/share/postfixadmin/scripts/postfixadmin-cli.php"
        )
        command.words += words
        return try await command.run()
    }

    enum Database: String, CaseIterable { case postgresql, mariadb }

    /// Returns all messages of a mailbox, oldest first, unchanged from its Maildir.
    func messages(of user: String) throws -> [String] {
        guard Self.mailboxes.contains(user) else {
            throw LabError.refused(
                "unknown mailbox `\(user)`: expected \(Self.mailboxes.joined(separator: ", "))")
        }
        return try container.messages(of: user)
    }
}
