import Foundation
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Sites

@Suite struct `A damaged file` {
    /// The generator of Steele, Lea and Flood (SplitMix64): the same numbers for a seed on every machine.
    private struct Dice: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private static let fragments = [
        "{", "}", "[", "]", ": ", "- ", "\n", "\t", "&a ", "*a", "? ", "!!str ", "| ", "> ", "'", "\"", "#", "~",
        "---\n",
        "{{ site }}", "{{", "}}", "\u{0}", "\u{FEFF}", "ä", "\u{1F4EC}", "<<: ", "-1", "99999999999999999999", "%", "@",
    ]

    /// Deletes, doubles or exchanges some bytes, or inserts a fragment of YAML.
    private func damaged(_ original: [UInt8], by dice: inout Dice) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...6, using: &dice) {
            let place = Int.random(in: 0..<bytes.count, using: &dice)
            let end = min(bytes.count, place + Int.random(in: 1...40, using: &dice))
            switch Int.random(in: 0..<7, using: &dice) {
            case 5: moveLine(in: &bytes, by: &dice)
            case 6: replaceValue(in: &bytes, by: &dice)
            case 0: bytes.removeSubrange(place..<end)
            case 1: bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0..<bytes.count, using: &dice))
            case 2: bytes[place] = UInt8.random(in: 0...255, using: &dice)
            case 3: bytes.swapAt(place, Int.random(in: 0..<bytes.count, using: &dice))
            default:
                bytes.insert(contentsOf: Self.fragments.randomElement(using: &dice)?.utf8.map(\.self) ?? [], at: place)
            }
            if bytes.isEmpty { break }
        }
        return bytes
    }

    /// Moves or copies a line, at the same depth or deeper, so that a key is under another one, or twice in the file.
    private func moveLine(in bytes: inout [UInt8], by dice: inout Dice) {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let line = Array(lines[Int.random(in: 0..<lines.count, using: &dice)])
        let depth = Array(repeating: UInt8(ascii: " "), count: Int.random(in: 0...2, using: &dice) * 2)
        if Bool.random(using: &dice) { lines.remove(at: Int.random(in: 0..<lines.count, using: &dice)) }
        lines.insert((depth + line)[...], at: Int.random(in: 0...lines.count, using: &dice))
        bytes = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
    }

    /// Replaces the value of a key by one of another kind.
    private func replaceValue(in bytes: inout [UInt8], by dice: inout Dice) {
        let keys = bytes.indices.filter { bytes[$0] == UInt8(ascii: ":") }
        guard let key = keys.randomElement(using: &dice) else { return }
        let end = bytes[key...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
        let values = [
            "", "[]", "{}", "null", "-1", "1e99", "0x10", "yes", "2026-11-24", "[a, [b]]", "{a: {b: c}}", "''",
        ]
        bytes.replaceSubrange((key + 1)..<end, with: " \(values.randomElement(using: &dice) ?? "")".utf8)
    }

    private static let playbook = """
        name: backup MX
        steps:
          - id: relay
            verify: &check
              recipients: ["{{ recipients }}", 'a@{{ domain }}']
              domains: "{{ domains }}"
              hostname: mx.{{ domain }}
            then: [reload postfix@-, restart cron]
          - id: again
            verify: *check

        """

    private static let variables: [String: Variable] = [
        "recipients": .list(["b@example.net"]), "domain": .text("example.net"), "domains": .list(["example.net"]),
    ]

    /// Reads `original` a hundred times, each time with different damage.
    ///
    /// A file that is read successfully must be complete. If there are mistakes, each must have a text.
    private func check(
        _ original: some Sequence<UInt8>,
        seed: UInt64,
        _ read: (SourceFile) throws(Mistakes) -> Bool
    ) throws {
        let scratch = ScratchFolder()
        let path = scratch.path + "/damaged.yml"
        var dice = Dice(state: seed)
        for round in 0..<100 {
            try Data(damaged(Array(original), by: &dice)).write(to: URL(filePath: path))
            do throws(Mistakes) {
                let isWhole = try read(try SourceFile(path: path))
                #expect(isWhole, "seed \(seed), round \(round)")
            } catch {
                let texts = error.all.map(\.text)
                #expect(!texts.isEmpty && !texts.contains(""), "seed \(seed), round \(round)")
            }
        }
    }

    @Test(.timeLimit(.minutes(10)), arguments: 0..<50)
    func `that was an inventory is read or reported`(seed: UInt64) throws {
        let example = try Data(contentsOf: URL(filePath: `The example inventory`.path))
        try check(example, seed: seed) { source throws(Mistakes) in
            let inventory = try Inventory.read(source)
            return !inventory.mail.recipients.isEmpty && !inventory.mail.domains.isEmpty && !inventory.sites.isEmpty
        }
    }

    @Test(.timeLimit(.minutes(10)), arguments: 0..<50)
    func `that was a playbook is read or reported`(seed: UInt64) throws {
        try check(Self.playbook.utf8, seed: seed) { source throws(Mistakes) in
            let playbook = try Playbook.read(source, variables: Self.variables)
            return !playbook.steps.isEmpty && playbook.steps.allSatisfy { !$0.id.isEmpty }
        }
    }
}
