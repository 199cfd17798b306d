/// What was seen of a site from outside.
public typealias VerifyReport = CheckReport<VerifySubject>

/// What `verify` looks at: behaviour, never configuration.
public enum VerifySubject: String, CheckSubject {
    case smtp, recipients, strangers, dns, tls, queue, primary
}
