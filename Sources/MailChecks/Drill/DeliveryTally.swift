/// The records of a drill's canaries: what was sent, compared with what arrived.
public struct DeliveryTally: Sendable {
    /// The record of each canary, in the order of their numbers.
    public private(set) var accounts: [CanaryAccount]
    /// The number of copies that belong to this drill and have a number that was never sent.
    public private(set) var strays = 0

    /// Creates the records.
    ///
    /// - Parameter canaries: all canaries of the drill, numbered from 1 without a gap.
    public init(_ canaries: [Canary]) {
        accounts = canaries.map { CanaryAccount(number: $0.number, digest: $0.digest) }
    }

    private func has(_ number: Int) -> Bool { number >= 1 && number <= accounts.count }

    /// Records the backup's reply to a canary.
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

    /// Records all copies that a check found at the primary. A reader of the mailbox may delete some between two
    /// checks.
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

    /// Records the ids of all messages in the backup's queue for the canaries' recipient.
    public mutating func note(queued ids: Set<String>) {
        let known = Set(accounts.compactMap(\.queueID))
        // If a relay in between has assigned other ids, only the number of its messages is known.
        let hasOthers = !ids.isSubset(of: known)
        for index in accounts.indices {
            let id = accounts[index].queueID
            accounts[index].isQueued = accounts[index].sent != nil && (id.map(ids.contains) ?? hasOthers)
        }
    }

    /// The number of canaries that the backup has accepted.
    public var accepted: Int { accounts.count { $0.sent != nil } }
    /// The number of canaries that were seen at the primary.
    public var arrived: Int { accounts.count { $0.copies > 0 } }
    /// Whether each canary that the backup has, or may have, has arrived.
    public var isSettled: Bool { accounts.allSatisfy { $0.copies > 0 || ($0.sent == nil && $0.reply != nil) } }
}

extension SMTPReply {
    /// The id under which Postfix has queued a message (`250 2.0.0 Ok: queued as 4XYZ`).
    var queueID: String? {
        lines.first?.firstMatch(of: /queued as ([0-9A-Za-z]+)/).map { String($0.1) }
    }
}
