/// The accounts of a drill's canaries: what was sent, against what arrived.
public struct CanaryLedger: Sendable {
    public private(set) var accounts: [CanaryAccount]
    /// Copies of this drill that bear a number which nobody has sent.
    public private(set) var strays = 0

    /// - Parameter canaries: numbered from 1, without a gap.
    public init(_ canaries: [Canary]) {
        accounts = canaries.map { CanaryAccount(number: $0.number, digest: $0.digest) }
    }

    private func has(_ number: Int) -> Bool { number >= 1 && number <= accounts.count }

    /// Notes what the backup said to a canary.
    public mutating func note(_ number: Int, _ answer: CanarySender.Answer, at time: Double) {
        guard has(number) else { return }
        accounts[number - 1].tries += 1
        switch answer {
        case .accepted(let reply):
            accounts[number - 1].sent = time
            accounts[number - 1].reply = reply.description
            accounts[number - 1].queueID = reply.queueID
        case .refused(let reply): accounts[number - 1].reply = reply
        case .unanswered: accounts[number - 1].reply = nil
        }
    }

    /// Notes a look at the primary, at all that is there. Who reads the mailbox may take some away between two looks.
    public mutating func note(_ copies: [CanaryCopy], at time: Double) {
        let known = copies.filter { has($0.number) }
        strays = max(strays, copies.count - known.count)
        for (number, copies) in Dictionary(grouping: known, by: \.number) {
            let account = accounts[number - 1]
            let altered = copies.count { copy in
                switch copy.content {
                case .whole(let digest): digest != account.digest
                case .broken: true
                case .unseen: false
                }
            }
            accounts[number - 1].arrived = account.arrived ?? time
            accounts[number - 1].copies = max(account.copies, copies.count)
            accounts[number - 1].alteredCopies = max(account.alteredCopies, altered)
        }
    }

    /// Notes a look at the backup's queue: all that is in it for the canaries' recipient.
    public mutating func note(queued ids: Set<String>) {
        let known = Set(accounts.compactMap(\.queueID))
        // Of what a relay in between has numbered otherwise, only how much there is can be told.
        let hasOthers = !ids.isSubset(of: known)
        for index in accounts.indices {
            let id = accounts[index].queueID
            accounts[index].isQueued = accounts[index].sent != nil && (id.map(ids.contains) ?? hasOthers)
        }
    }

    /// How many the backup has said that it has.
    public var accepted: Int { accounts.count { $0.sent != nil } }
    /// How many were seen at the primary.
    public var arrived: Int { accounts.count { $0.copies > 0 } }
    /// Whether each has arrived that the backup has, or may have.
    public var isSettled: Bool { accounts.allSatisfy { $0.copies > 0 || ($0.sent == nil && $0.reply != nil) } }
}

extension SMTPReply {
    /// The id under which a Postfix has queued a message (`250 2.0.0 Ok: queued as 4XYZ`).
    var queueID: String? {
        lines.first?.firstMatch(of: /queued as ([0-9A-Za-z]+)/).map { String($0.1) }
    }
}
