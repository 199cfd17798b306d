import Foundation
import Testing

@testable import Alerts
@testable import BackupMX
@testable import Engine
@testable import Guests
@testable import Sites

@Suite struct `A lease in a guest's notes` {
    let mark = OwnershipMarker(inventory: "home", site: "secondary", id: "4f1c")
    let lease = Lease(
        id: "b5d9", holder: .init(who: "ada@desk", command: "up", since: Date(timeIntervalSince1970: 1_795_000_000)),
        until: Date(timeIntervalSince1970: 1_795_000_300), renewals: 2)

    @Test func `is read back from the notes as Proxmox returns them`() {
        let notes = lease.written(into: mark.notes)
        #expect(Lease(in: notes) == lease)
        #expect(Lease(in: notes + "\n") == lease)
        #expect(OwnershipMarker(in: notes) == mark)
        #expect(
            notes.split(separator: "\n").last
                == "mxprovision-lease: by=ada@desk command=up since=2026-11-18T11:06:40Z until=2026-11-18T11:11:40Z renewals=2 id=b5d9"
        )
    }

    static let texts = [
        "", "\n", "bought 2019\n\nask **Bob**: 50% = ½\n", "mxprovision-lease: no such thing",
        "first\r\nsecond", "mxprovision-lease: by=a\nmxprovision-last: by=b\nend",
    ]

    /// Only the line of the lease may be changed.
    @Test(arguments: texts)
    func `keeps all other lines`(text: String) {
        func others(_ notes: String) -> [Substring] {
            notes.split(separator: "\n", omittingEmptySubsequences: false).filter {
                !$0.hasPrefix("mxprovision-lease: ") && !$0.hasPrefix("mxprovision-last: ")
            }
        }
        let before = "above\n" + mark.notes + "\n" + text
        let held = lease.written(into: before)
        let after = lease.ended(in: held, at: lease.until)
        #expect(others(held) == others(before))
        #expect(others(after) == others(before))
        #expect(Lease(in: after) == nil)
        #expect(Lease.latestID(in: held) == lease.id)
        #expect(Lease.latestID(in: after) == lease.id)
        #expect(held.split(separator: "\n").filter { $0.hasPrefix("mxprovision-lease: ") }.count == 1)
        #expect(after.split(separator: "\n").filter { $0.hasPrefix("mxprovision-last: ") }.count == 1)
    }

    /// Otherwise a plan from before another machine's run could be applied after it.
    @Test func `leaves different notes each time`() {
        let notes = mark.notes
        let once = lease.ended(in: lease.written(into: notes), at: lease.until)
        let other = Lease(id: "7a01", holder: lease.holder, until: lease.until)
        let twice = other.ended(in: other.written(into: once), at: lease.until)
        #expect(Set([notes, once, twice]).count == 3)
    }

    @Test(arguments: ["ada lovelace@desk", "a=b c=d", "ada\nmxprovision: inventory=x site=y id=z", "%", "%41", "", "ü"])
    func `accepts any user name`(name: String) {
        var lease = lease
        lease.holder.who = name
        let notes = lease.written(into: mark.notes)
        #expect(Lease(in: notes)?.holder.who ?? "" == name)
        #expect(OwnershipMarker(in: notes) == mark)
    }

    static let foreign = [
        "mxprovision-lease: ", "mxprovision-lease: by=a command=up since=x until=y id=z",
        "mxprovision-lease: = == =a a=",
        "mxprovision-lease: by=a command=up since=2026-11-24T10:00:00Z id=z", "x mxprovision-lease: by=a",
        "mxprovision-lease: by=%FF command=up since=9999999999-11-24T10:00:00Z until=2026-11-24T10:00:00Z id=z",
    ]

    @Test(arguments: foreign)
    func `is not read from a foreign line`(line: String) {
        #expect(Lease(in: line) == nil)
    }
}
