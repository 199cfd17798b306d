import Alerts
import ConfigurationFiles
import Engine
import MailChecks
import Resources
import Sites

extension Trouble {
    /// Returns how to fix the problem on the primary, or nil if there is no general advice.
    ///
    /// - Parameter backup: The address from which the backup connects to the primary.
    func advice(for backup: IPAddress) -> String? {
        let host = backup.isIPv6 ? "[\(backup)]/128" : backup.description
        return switch self {
        case .spf: ZoneAdvice.exemption(of: backup)
        case .greylisting:
            """
            On the primary, exempt the backup from greylisting:
            # postgrey: /etc/postgrey/whitelist_clients.local
            \(backup)
            # or before check_policy_service: check_client_access cidr:/etc/postfix/backup_mx.cidr, with
            \(backup)/\(backup.isIPv6 ? 128 : 32) permit_auth_destination
            """
        case .rateLimit:
            """
            On the primary, exempt the backup from the limits:
            # /etc/postfix/main.cf
            smtpd_client_event_limit_exceptions = $mynetworks, \(host)
            """
        case .size:
            """
            The primary's `message_size_limit` must exceed the backup's by the size that the backup adds to a message: a \
            Received header, and breaks in long lines (together 4 KiB and 0.3 %). Increase it on the primary with \
            postconf(1), or reduce the backup's in the playbook.
            """
        case .client:
            """
            On the primary, before the rule that refuses it:
            # /etc/postfix/main.cf
            smtpd_recipient_restrictions = …, reject_unauth_destination, check_client_access cidr:/etc/postfix/backup_mx.cidr, …
            # /etc/postfix/backup_mx.cidr
            \(backup)/\(backup.isIPv6 ? 128 : 32) permit_auth_destination
            """
        case .domain:
            """
            The primary does not accept mail for this domain from \(backup). On the primary, either the domain is missing:
            postconf mydestination virtual_mailbox_domains virtual_alias_domains relay_domains
            or a rule before `reject_unauth_destination` refuses the backup. If the primary is not responsible for \
            the domain, remove it from the inventory's `domains`.
            """
        case .packetSize:
            """
            The path to the primary drops full-size packets and the ICMP reply about them (path MTU). Large messages stay \
            in the queue until they expire. Lower the MTU of the VPN on both ends, or limit TCP's segments on its gateway:
            # WireGuard: /etc/wireguard/wg0.conf, section [Interface]
            MTU = 1280
            # or, on the gateway
            iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1220
            """
        case .recipient:
            """
            Remove the recipients that the primary does not have from the inventory, or add them to the primary: the backup \
            accepts mail for them and cannot deliver it. `postmaster` and `abuse` of each domain are always listed (RFC 2142).
            """
        case .other: "Check the reason in the primary's log; on the primary: `journalctl -t postfix/smtpd -n 50`."
        }
    }
}
