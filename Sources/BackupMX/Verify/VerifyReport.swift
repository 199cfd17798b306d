import Alerts
import Engine
public import Sites

/// The report of `verify` about a site.
public typealias VerifyReport = CheckReport<VerifySubject>

/// The subjects that `verify` checks: behaviour, never configuration.
public enum VerifySubject: String, CheckSubject {
    /// The verifications of the playbook.
    case steps
    case smtp, recipients, strangers, dns, tls, queue, primary
}
