/// The result of one check of a server's behavior.
///
/// A check passes only on a reply that proves the behavior: a finding that passes cannot be constructed without one.
public struct Finding: Sendable, Hashable {
    /// The verdict of a check.
    public enum Verdict: String, Sendable {
        case pass, warn, fail
        /// No reply proved or disproved the behavior.
        case unchecked = "not-checked"
    }

    /// The name of the check, such as "unlisted recipient".
    public let check: String
    public let verdict: Verdict
    /// The reply or the reason behind the verdict, as text.
    public let evidence: String
    /// The reply that the verdict is based on; never nil if the check passed.
    public let reply: SMTPReply?
    /// The likely cause, if the reply shows one.
    public let trouble: Trouble?

    private init(_ check: String, _ verdict: Verdict, _ evidence: String, _ reply: SMTPReply?, _ trouble: Trouble?) {
        self.check = check
        self.verdict = verdict
        self.evidence = verdict == .unchecked ? "not checked: \(evidence)" : evidence
        self.reply = reply
        self.trouble = verdict == .pass ? nil : trouble
    }

    /// Evaluates a check by the reply to its command.
    ///
    /// - Parameters:
    ///   - evidence: the text that is shown instead of the reply if the reply proves or disproves the behavior.
    ///   - trouble: the likely cause if the check does not pass.
    init(
        _ check: String, _ reply: SMTPReply, is expectation: Expectation, evidence: String? = nil,
        trouble: Trouble? = nil
    ) {
        let verdict = expectation.verdict(of: reply)
        let text = verdict == .unchecked ? reply.description : evidence ?? reply.description
        self.init(check, verdict, text, reply, trouble)
    }

    /// Evaluates a refusal by the reply to its command, in a session that accepts a listed recipient. A server that
    /// accepts no recipient refuses for a different reason than the one that is checked.
    ///
    /// - Parameter control: the reply for a listed recipient in the same session.
    init(_ check: String, _ reply: SMTPReply, is expectation: Expectation, after control: SMTPReply) {
        let verdict = expectation.verdict(of: reply)
        if reply.isPositive || verdict == .unchecked || Expectation.acceptance.verdict(of: control) == .pass {
            self.init(check, reply, is: expectation)
        } else {
            self.init(check, .unchecked, "\(reply); a listed recipient is not accepted either: \(control)", reply, nil)
        }
    }

    /// Returns the finding of a check that got no reply.
    static func unchecked(_ check: String, because reason: String, trouble: Trouble? = nil) -> Finding {
        Finding(check, .unchecked, reason, nil, trouble)
    }

    /// Returns the finding of a check that is impossible with this server and not essential.
    static func warning(_ check: String, _ evidence: String, _ reply: SMTPReply) -> Finding {
        Finding(check, .warn, evidence, reply, nil)
    }

    /// Returns the finding of a check that fails because a reply is missing.
    static func failed(_ check: String, _ evidence: String, trouble: Trouble) -> Finding {
        Finding(check, .fail, evidence, nil, trouble)
    }
}
