import MailChecks

extension Trouble {
    /// What mends it on the primary; nil where nothing general can be said.
    ///
    /// - Parameter backup: where the primary sees the backup come from.
    func advice(for backup: IPAddress) -> String? {
        let host = backup.isIPv6 ? "[\(backup)]/128" : backup.description
        return switch self {
        case .spf: ZoneAdvice.exemption(of: backup)
        case .greylisting:
            """
            On the primary, let the backup pass without waiting:
            # postgrey: /etc/postgrey/whitelist_clients.local
            \(backup)
            # or before check_policy_service: check_client_access cidr:/etc/postfix/backup_mx.cidr, with
            \(backup)/\(backup.isIPv6 ? 128 : 32) permit_auth_destination
            """
        case .rateLimit:
            """
            On the primary, except the backup from the limits:
            # /etc/postfix/main.cf
            smtpd_client_event_limit_exceptions = $mynetworks, \(host)
            """
        case .size: "Set `message_size_limit` to the same on both: on the primary by postconf(1), here in the playbook."
        case .client:
            """
            On the primary, before what refuses it:
            # /etc/postfix/main.cf
            smtpd_recipient_restrictions = …, reject_unauth_destination, check_client_access cidr:/etc/postfix/backup_mx.cidr, …
            # /etc/postfix/backup_mx.cidr
            \(backup)/\(backup.isIPv6 ? 128 : 32) permit_auth_destination
            """
        case .recipient:
            "Take out of the recipients whom the primary does not have: the backup would bounce their mail."
        case .other: nil
        }
    }
}
