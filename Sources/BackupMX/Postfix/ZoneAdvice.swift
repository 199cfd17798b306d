import Alerts
public import ConfigurationFiles
import Engine
import Guests
public import Ingress
public import Sites

/// The manual steps for a site's records: texts to send, and settings for the primary.
public struct ZoneAdvice: Sendable {
    private let desired: DesiredZone

    public init(_ desired: DesiredZone) { self.desired = desired }

    /// The request for PTR records to the provider of the addresses, who alone can set them.
    public var pointerRequest: String {
        let lines = desired.pointers.map { "    \($0.line)" }
        let addresses = desired.settings.addresses.map(\.description).joined(separator: " and ")
        let records = lines.count == 1 ? "record" : "records"
        return """
            Subject: Reverse DNS for \(addresses)

            Please set the reverse DNS (PTR) \(records) of our mail server:

            \(lines.joined(separator: "\n"))

            Each must be the only PTR record of its address. The name resolves back to the address:

            \(desired.own(.host).filter { [.a, .aaaa].contains($0.type) }.map { "    \($0.line)" }.joined(separator: "\n"))
            """
    }

    /// The recommended SPF record for each domain, with its effects and its limits.
    public var senderPolicy: String {
        """
        SPF. To allow \(desired.host) to send for the domain, add a:\(desired.host) to its record:

        \(desired.senderPolicies.map { "    \($0.line)" }.joined(separator: "\n"))

        This allows the backup to send mail from your domain, and also every host that shares its public address
        behind NAT; `mx` allows it already if the MX is published. It does not make the primary accept relayed mail:
        an SPF check there uses the sender's domain, whose record cannot contain your backup, and refuses the mail
        (550 5.7.23). The primary must exempt the backup from that check, by the backup's address.
        """
    }

    /// Returns the settings that the primary's checks need to accept what a site's guest relays. They depend on no DNS
    /// settings.
    ///
    /// - Parameter recorded: the guest's address as recorded by the last run, for a guest that uses DHCP.
    /// - Returns: A text for each address that the guest may connect from; empty if none is known yet.
    public static func exemptions(for site: Site, of inventory: Inventory, recorded: String?) -> [String] {
        guard let primary = inventory.backupMX?.primary else { return [] }
        let network = site.guest.network
        let fixed = [network.address, network.address6].compactMap { source -> IPAddress? in
            if case .fixed(let own)? = source { own.address } else { nil }
        }
        let own = fixed.filter { $0.isIPv6 == primary.address.isIPv6 }
        let known = [site.address ?? recorded].compactMap { $0.flatMap(IPAddress.init) }
        return (primary.ssh?.from ?? (own.isEmpty ? known : own)).map(exemption)
    }

    /// Returns the settings that the primary's checks need to accept what the backup relays.
    ///
    /// - Parameter address: The address from which the backup connects to the primary: within the VPN, the guest's own.
    public static func exemption(of address: IPAddress) -> String {
        let length = address.isIPv6 ? 128 : 32
        return """
            On the primary, for the backup at \(address):

            # Postfix: before check_policy_service, which queries the SPF server; unknown recipients are still refused,
            # and the backup cannot relay to other domains.
            # /etc/postfix/backup_mx.cidr
            \(address)/\(length) permit_auth_destination
            # /etc/postfix/main.cf
            smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination, reject_unlisted_recipient,
                check_client_access cidr:/etc/postfix/backup_mx.cidr, check_policy_service unix:private/policyd-spf
            smtpd_client_event_limit_exceptions = $mynetworks, \(address.isIPv6 ? "[\(address)]/\(length)" : address.description)

            # policyd-spf, instead of that line: /etc/postfix-policyd-spf-python/policyd-spf.conf
            Whitelist = \(address)/\(length)

            # postscreen: /etc/postfix/postscreen_access.cidr, before any reject
            \(address)/\(length) permit
            # /etc/postfix/main.cf
            postscreen_access_list = permit_mynetworks, cidr:/etc/postfix/postscreen_access.cidr

            # rspamd 3.6 or newer: local.d/external_relay.conf checks the hop that sent the mail to the backup
            enabled = true;
            rules {
              BACKUP_MX {
                strategy = "ip_map";
                ip_map = ["\(address)"];
              }
            }

            The primary then no longer sees the client's address, so the backup must make all checks by address.
            """
    }
}
