import ConfigurationFiles
package import Engine
package import Ingress
import Resources

extension ZoneReport {
    /// The comparison of all servers and the PTR records, as checks.
    package var checks: [VerifiedCheck] { servers.flatMap(\.checks) + pointers.map(\.check) }
}

extension ServerReport {
    fileprivate var checks: [VerifiedCheck] {
        let place = role == .resolver ? "the resolver \(server)" : server
        if let problem {
            return [VerifiedCheck(name: "records at \(place)", verdict: .fail, evidence: problem)]
        }
        let wrong = changes.map { change in
            VerifiedCheck(
                name: change.subject, verdict: .fail,
                evidence: "\(change.before ?? "missing"), expected \(change.after ?? "missing")")
        }
        let told = Set(facts.map(\.evidence))
        let doubtful = doubts.filter { !told.contains($0) }.map {
            VerifiedCheck(name: "records", verdict: .warn, evidence: $0)
        }
        let all = wrong + facts + doubtful
        guard !all.isEmpty else {
            return [VerifiedCheck(name: "records at \(place)", verdict: .pass, evidence: "same as in the inventory")]
        }
        return all.map { check in
            var check = check
            check.name += " at \(place)"
            return check
        }
    }
}

extension PointerReport {
    /// The check of the PTR record. Its host name is also the one that the greeting must have.
    fileprivate var check: VerifiedCheck {
        let back = forward.isEmpty ? "which has no address" : "which resolves to \(forward.joined(separator: ", "))"
        return VerifiedCheck(
            name: "PTR of \(address)", verdict: isConfirmed ? .pass : .fail,
            evidence: problem ?? (found.isEmpty ? "missing" : "\(found.joined(separator: ", ")), \(back)"))
    }
}
