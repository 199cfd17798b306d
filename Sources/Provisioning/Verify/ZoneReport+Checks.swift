extension ZoneReport {
    /// What the servers say, as checks.
    var checks: [VerifiedCheck] {
        servers.flatMap(\.checks)
            + pointers.map { pointer in
                VerifiedCheck(
                    name: "PTR of \(pointer.address)", verdict: pointer.isRight ? .pass : .fail,
                    evidence: pointer.problem
                        ?? (pointer.found.isEmpty ? "missing" : pointer.found.joined(separator: ", ")))
            }
    }
}

extension ServerReport {
    fileprivate var checks: [VerifiedCheck] {
        let name = role == .resolver ? "records at the resolver \(server)" : "records at \(server)"
        if let problem { return [VerifiedCheck(name: name, verdict: .fail, evidence: problem)] }
        let wrong = changes.map { change in
            VerifiedCheck(
                name: "\(change.subject) at \(server)", verdict: .fail,
                evidence: "\(change.before ?? "missing"), not \(change.after ?? "missing")")
        }
        let doubtful = doubts.map { VerifiedCheck(name: name, verdict: .warn, evidence: $0) }
        return wrong.isEmpty && doubtful.isEmpty
            ? [VerifiedCheck(name: name, verdict: .pass, evidence: "as the inventory has them")] : wrong + doubtful
    }
}
