public import Alerts
import Diagnostics
public import Sites

/// The part of a status that belongs to a backup MX.
public struct BackupMXStatus: RoleStatus, Equatable {
    /// Number of messages in the mail queue; nil if the guest could not be queried.
    public var queued: Int?
    /// Number of messages that Postfix has put aside because it could not read them; nil if there are none.
    public var putAside: Int?
    /// Why messages are deferred, the most frequent reason first; nil if none are.
    public var deferrals: [DeferralReason]?
    /// The primary's state as the guest sees it; nil if the guest could not be queried.
    public var primary: PrimaryState?
    /// The guest's copy of the primary's recipients; nil if the inventory lists them all.
    public var recipients: RecipientSnapshot?
    /// The records of the recipient file on this machine that are left out; nil if there are none.
    public var leftOut: LeftOutRecords?
    /// The certificate that port 25 presents to senders; nil if the guest could not be queried, or presents none.
    public var certificate: ServedCertificate?
    /// The problems that the guest's monitor has found; nil if it has no monitor, or could not be queried.
    public var alerts: AlertState?

    package var findings: [String] {
        var findings: [String] = []
        if let primary, primary.state != .answers {
            findings.append(
                "the primary does not accept mail (\(primary.state.rawValue)): \(primary.evidence.joinedLines)")
        }
        if let certificate {
            if !certificate.matchesName { findings.append("the certificate of port 25 is for another name") }
            if certificate.daysLeft < ServedCertificate.enoughDays {
                findings.append("the certificate of port 25 has \(certificate.daysLeft) days left")
            }
        }
        if recipients?.isStale == true { findings.append("the list of recipients is stale") }
        if let alerts {
            // A broken monitor would hide every other problem.
            if let problem = alerts.problem { findings.append(problem.joinedLines) }
            findings += alerts.conditions.map(\.text.joinedLines)
            findings += alerts.channels.compactMap { channel in
                channel.trouble.map { "alerts by \(channel.name) cannot be sent: \($0.joinedLines)" }
            }
        }
        return findings
    }
}

extension SiteStatus {
    /// The part of a backup MX; empty if the site has another role.
    public var mail: BackupMXStatus {
        get { role as? BackupMXStatus ?? BackupMXStatus() }
        set { role = newValue }
    }
}
