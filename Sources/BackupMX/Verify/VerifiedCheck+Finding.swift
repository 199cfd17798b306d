import Alerts
import Engine
import MailChecks
import Sites

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
