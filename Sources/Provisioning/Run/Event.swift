import MailChecks

/// Something that happened in a run, in the order in which it happened.
public enum Event: Sendable, Equatable {
    /// The step was as it should be.
    case unchanged(step: String)
    /// The step was asked, which took the guest so long; only where that is measured.
    case asked(step: String, took: Duration)
    /// The step is about to be mended.
    case changing(step: String, [Change])
    /// The step was mended, and asked again: it is as it should be.
    case changed(step: String, [Change], took: Duration)
    /// The step has to wait for somebody outside of the site, who said or did this; the next run tries again.
    case postponed(step: String, reason: String)
    /// A reload or restart was carried out.
    case paid(Trigger, took: Duration)
    /// The guest behaves as a backup MX must; the checks that were made.
    case verified([VerifiedCheck], took: Duration)
    /// A drill has come to its end; what it has seen.
    case drilled(DrillReport)
    /// What a run waits for.
    case waiting(String)
    /// Something the user should know, with no change behind it.
    case note(String)
    /// A script was sent; only what people may see of it.
    case sent(script: String)
    /// The run came to its end.
    case finished(Summary)
}

/// One behaviour that was looked at, and the evidence.
public struct VerifiedCheck: Sendable, Hashable, Codable {
    public enum Verdict: String, Sendable, Codable {
        case pass, warn, fail
        /// No evidence for or against it was found.
        case unchecked = "not-checked"

        /// Whether a verification that has it may publish.
        var isProven: Bool { self == .pass || self == .warn }
    }
    public var name: String
    public var verdict: Verdict
    /// What the server said.
    public var evidence: String
    /// What mends it, where that is known.
    public var advice: String?

    public init(name: String, verdict: Verdict, evidence: String, advice: String? = nil) {
        self.name = name
        self.verdict = verdict
        self.evidence = evidence
        self.advice = advice
    }
}

extension VerifiedCheck {
    init(_ finding: Finding) {
        let verdict: Verdict =
            switch finding.verdict {
            case .pass: .pass
            case .warn: .warn
            case .fail: .fail
            case .unchecked: .unchecked
            }
        self.init(name: finding.check, verdict: verdict, evidence: finding.evidence)
    }
}

/// The footer of a run.
public struct Summary: Sendable, Equatable {
    public var site: String
    public var guest: Int?
    public var unchanged: Int
    public var changed: Int
    /// What has to wait for somebody else.
    public var postponed: Int
    public var took: Duration

    public init(site: String, guest: Int?, unchanged: Int, changed: Int, postponed: Int = 0, took: Duration) {
        self.site = site
        self.guest = guest
        self.unchanged = unchanged
        self.changed = changed
        self.postponed = postponed
        self.took = took
    }
}

/// Where events go. Synchronous, so that the journal has an event before the next thing happens.
public typealias Report = @Sendable (Event) -> Void
