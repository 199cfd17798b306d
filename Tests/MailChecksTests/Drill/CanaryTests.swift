import Foundation
import Testing

@testable import MailChecks

@Suite struct `A canary` {
    private static let run = "5f0c27a1"
    private let canary = Canary(run: run, number: 3, count: 20)

    private func text(_ canary: Canary) -> String {
        canary.message(of: "mx2.example.org", to: "you+x@example.org", at: Date(timeIntervalSince1970: 1_784_000_000))
    }

    private func copies(_ text: String) -> [CanaryCopy] { CanaryCopy.all(ofRun: Self.run, in: Data(text.utf8)) }
    private func whole(_ canary: Canary) -> CanaryCopy {
        CanaryCopy(number: canary.number, content: .whole(digest: canary.digest))
    }

    @Test func `is a message that every server accepts unchanged`() {
        let lines = text(canary).split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(lines.allSatisfy { $0.utf8.count <= 78 && $0.utf8.allSatisfy { (32..<127).contains($0) } })
        #expect(lines.last == "" && !text(canary).contains("\r\n.\r\n"))
        #expect(lines.contains("Date: Tue, 14 Jul 2026 03:33:20 +0000"))
        #expect(lines.contains("Message-ID: <mxprovision-drill.5f0c27a1.3@mx2.example.org>"))
        #expect(!lines.contains { $0.hasPrefix("From ") || $0.contains("=") && !$0.contains("charset=") })
    }

    @Test func `has its own text, with a line that begins with a dot`() {
        let all = (1...500).map { Canary(run: Self.run, number: $0, count: 500) }
        #expect(Set(all.map(\.digest)).count == 500)
        #expect(all.allSatisfy { $0.lines.count { $0.hasPrefix(".") } == 1 })
        #expect(Canary(run: "5f0c27a2", number: 3, count: 20).digest != canary.digest)
        #expect(Canary(run: Self.run, number: 3, count: 20).digest == canary.digest)
    }

    /// What servers, mailboxes and the programs that print them do to a message that nobody has altered.
    @Test(arguments: 0..<200 as Range<UInt64>) func `is recognized, whatever was added on the way`(seed: UInt64) {
        var random = Seeded(seed: seed)
        let all = (1...7).map { Canary(run: Self.run, number: $0, count: 7) }
        var mailbox: [String] = []
        for canary in all.shuffled(using: &random) {
            var lines = text(canary).split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
            lines.insert("Received: from x (x [192.0.2.1])\r\n\tby y; now", at: 0)
            if Bool.random(using: &random) { lines[1] = lines[1].lowercased() }
            if Bool.random(using: &random) { lines.insert("X-Spam: -----BEGIN CANARY is not the text", at: 3) }
            if Bool.random(using: &random) { lines += ["-- ", "Checked by a gateway", ""] }
            if Bool.random(using: &random) { lines.removeAll { $0.lowercased().hasPrefix("x-mxprovision") } }
            if Bool.random(using: &random), let begin = lines.firstIndex(where: { $0.hasPrefix("-----BEGIN") }) {
                // Wrapped again.
                let body = lines[(begin + 1)..<(begin + 21)].joined()
                let width = Int.random(in: 20...76, using: &random)
                let wrapped = stride(from: 0, to: body.count, by: width).map { start in
                    String(body.dropFirst(start).prefix(width)) + (Bool.random(using: &random) ? " " : "")
                }
                lines.replaceSubrange((begin + 1)..<(begin + 21), with: wrapped)
            }
            if Bool.random(using: &random) { mailbox.append("From MAILER-DAEMON Tue Jul 14 03:33:20 2026") }
            if Bool.random(using: &random) { mailbox.append("text:") }
            let ending = Bool.random(using: &random) ? "\r" : ""
            mailbox += lines.map { $0 + ending }
            // A reply that quotes it, and a message of another drill.
            if Bool.random(using: &random) { mailbox += lines.map { "> " + $0 } }
            if Bool.random(using: &random) {
                mailbox += text(Canary(run: "00000000", number: 1, count: 7)).split(separator: "\r\n").map(String.init)
            }
        }
        let found = copies(mailbox.joined(separator: "\n"))
        #expect(found.sorted { $0.number < $1.number } == all.map(whole))
    }

    @Test(arguments: 0..<100 as Range<UInt64>) func `differs if a letter of its text differs`(seed: UInt64) throws {
        var random = Seeded(seed: seed)
        var bytes = Array(text(canary).utf8)
        let begin = try #require(text(canary).range(of: "20-----\r\n")).upperBound
        let first = text(canary)[..<begin].utf8.count
        let letters = (first..<bytes.count - 40).filter { bytes[$0] > 32 }
        let place = try #require(letters.randomElement(using: &random))
        bytes[place] = bytes[place] == 0x61 ? 0x62 : 0x61
        let found = CanaryCopy.all(ofRun: Self.run, in: Data(bytes))
        #expect(found.count == 1 && found[0].number == 3 && found[0] != whole(canary))
    }

    @Test func `is altered if the dot or the end was lost`() throws {
        let dotless = text(canary).replacing("\r\n.", with: "\r\n")
        #expect(copies(dotless).count == 1 && copies(dotless) != [whole(canary)])
        let end = try #require(text(canary).range(of: "-----END"))
        let cut = String(text(canary)[..<end.lowerBound])
        #expect(copies(cut) == [CanaryCopy(number: 3, content: .broken)])
        let bodiless = String(text(canary).prefix(200))
        #expect(copies(bodiless) == [CanaryCopy(number: 3, content: .broken)])
        // The next message follows.
        #expect(copies(cut + text(canary)) == [CanaryCopy(number: 3, content: .broken), whole(canary)])
        #expect(copies(text(canary) + text(canary)) == [whole(canary), whole(canary)])
    }

    @Test(arguments: 0..<300 as Range<UInt64>) func `is not found in random input, which causes no crash`(seed: UInt64)
    {
        var random = Seeded(seed: seed)
        let pieces = [
            "X-Mxprovision-Drill: ", "-----BEGIN CANARY ", "-----END CANARY ", "-----", Self.run, " ", "3", "/20", "\n",
            "\r\n", "é", "99999999999999999999", "-9223372036854775808", "+", ".", "\0",
        ]
        let noise = (0..<200).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
        for copy in copies(noise) { #expect(copy.content != .whole(digest: canary.digest)) }
        let bytes = Data((0..<4096).map { _ in UInt8.random(in: .min ... .max, using: &random) })
        #expect(CanaryCopy.all(ofRun: Self.run, in: bytes).isEmpty)
    }
}

/// SplitMix64, so that a failure can report its seed.
struct Seeded: RandomNumberGenerator {
    var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
