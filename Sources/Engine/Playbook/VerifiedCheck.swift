/// One checked behaviour and its evidence.
public struct VerifiedCheck: Sendable, Hashable, Codable {
    public enum Verdict: String, Sendable, Codable {
        case pass, warn, fail
        /// There is no evidence for or against it.
        case unchecked = "not-checked"

        /// Whether a verification with this verdict allows publishing.
        var isProven: Bool { self == .pass || self == .warn }
    }
    public var name: String
    public var verdict: Verdict
    /// What the server replied.
    public var evidence: String
    /// How to repair it, if that is known.
    public var advice: String?

    public init(name: String, verdict: Verdict, evidence: String, advice: String? = nil) {
        self.name = name
        self.verdict = verdict
        self.evidence = evidence
        self.advice = advice
    }
}
