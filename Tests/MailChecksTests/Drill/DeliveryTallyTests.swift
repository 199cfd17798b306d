import Testing

@testable import MailChecks

@Suite struct `A drill's stateStore` {
    private let run = "5f0c27a1"

    private func canaries(_ count: Int) -> [Canary] { (1...count).map { Canary(run: run, number: $0, count: count) } }
    private func taken(_ id: String?) -> CanarySender.Answer {
        .accepted(SMTPReply(code: 250, lines: [id.map { "2.0.0 Ok: queued as \($0)" } ?? "2.0.0 Ok"]))
    }

    /// Fates are dealt out at random, and told one by one.
    @Test(arguments: 0..<200 as Range<UInt64>) func `shows the result of each message`(seed: UInt64) {
        var random = Seeded(seed: seed)
        let canaries = canaries(Int.random(in: 1...60, using: &random))
        var stateStore = DeliveryTally(canaries)
        var fates: [CanaryAccount.Verdict] = []
        var mailbox: [CanaryCopy] = []
        var queue: Set<String> = []
        for canary in canaries {
            let fate = CanaryAccount.Verdict.allCases.randomElement(using: &random) ?? .lost
            fates.append(fate)
            let copy = CanaryCopy(number: canary.number, content: .whole(digest: canary.digest))
            switch fate {
            case .refused: stateStore.note(canary.number, .refused("550 5.1.1 no"), at: 1)
            case .unanswered: stateStore.note(canary.number, .unanswered, at: 1)
            default:
                if Bool.random(using: &random) { stateStore.note(canary.number, .refused("450 later"), at: 0.5) }
                stateStore.note(canary.number, taken("Q\(canary.number)"), at: 1)
            }
            switch fate {
            case .arrived: mailbox.append(copy)
            case .duplicated: mailbox += Array(repeating: copy, count: Int.random(in: 2...4, using: &random))
            case .altered:
                let other = CanaryCopy.Content.whole(digest: "0")
                mailbox.append(.init(number: canary.number, content: Bool.random(using: &random) ? other : .broken))
                if Bool.random(using: &random) { mailbox.append(copy) }
            case .queued: queue.insert("Q\(canary.number)")
            case .lost, .refused, .unanswered: break
            }
        }
        mailbox.shuffle(using: &random)
        // First, only half of it is visible.
        stateStore.note(Array(mailbox.prefix(mailbox.count / 2)), at: 2)
        stateStore.note(queued: queue.union(["Q1"]))
        stateStore.note(mailbox, at: 3)
        stateStore.note(queued: queue)
        #expect(stateStore.accounts.map(\.verdict) == fates)
        #expect(stateStore.arrived == fates.count { [.arrived, .duplicated, .altered].contains($0) })
        #expect(stateStore.isSettled == fates.allSatisfy { ![.lost, .queued, .unanswered].contains($0) })
    }

    @Test func `measures from the backup's acceptance to the first observation`() {
        var stateStore = DeliveryTally(canaries(1))
        stateStore.note(1, .refused("450 4.7.1 later"), at: 1)
        stateStore.note(1, taken("4XYZ"), at: 6.5)
        let copy = CanaryCopy(number: 1, content: .unseen)
        stateStore.note([copy], at: 9)
        stateStore.note([copy], at: 10)
        #expect(stateStore.accounts[0].took == 2.5 && stateStore.accounts[0].tries == 2)
        #expect(stateStore.accounts[0].queueID == "4XYZ" && stateStore.accounts[0].verdict == .arrived)
    }

    @Test func `remembers copies that were removed from the mailbox`() {
        var stateStore = DeliveryTally(canaries(2))
        for number in 1...2 { stateStore.note(number, taken("Q\(number)"), at: 1) }
        let copies = [1, 1, 2].map { CanaryCopy(number: $0, content: .unseen) }
        stateStore.note(copies, at: 2)
        stateStore.note([], at: 3)
        #expect(stateStore.accounts.map(\.verdict) == [.duplicated, .arrived])
    }

    @Test func `shows numbers that were not sent`() {
        var stateStore = DeliveryTally(canaries(1))
        stateStore.note(1, taken(nil), at: 1)
        stateStore.note([0, 1, 2, .min, .max].map { CanaryCopy(number: $0, content: .unseen) }, at: 2)
        #expect(stateStore.strays == 4 && stateStore.accounts[0].verdict == .arrived)
    }

    /// A gateway before the backup may answer in words of its own.
    @Test func `counts a message without a queue id as queued while unknown ids exist`() {
        var stateStore = DeliveryTally(canaries(1))
        stateStore.note(1, taken(nil), at: 1)
        stateStore.note(queued: ["4XYZ"])
        #expect(stateStore.accounts[0].verdict == .queued)
        stateStore.note(queued: [])
        #expect(stateStore.accounts[0].verdict == .lost)
    }
}
