import Foundation
import RemoteShell
import TestSupport
import Testing

@testable import ConfigurationFiles

/// Serialized, because each test runs dozens of processes.
@Suite(.serialized) struct `The guest's list of recipients` {
    private let folder: PullFolder
    private static let duties = ["abuse@a.net", "abuse@b.net", "postmaster@a.net", "postmaster@b.net"]
    /// Twenty-five entries together with the four listed ones.
    private static let many = (10..<31).map { "user\($0)@a.net" }

    init() throws { folder = try PullFolder() }

    private func publish(_ addresses: [String]) async throws {
        try folder.answer(await folder.sealed(addresses: addresses))
        let pull = try await folder.run()
        try #require(pull.exit == 0, "\(pull.errorText)")
    }

    @Test func `has the primary's addresses and those of the inventory`() async throws {
        try await publish(["ada@a.net", "abuse@b.net"])
        #expect(folder.entries == (Self.duties + ["ada@a.net"]).sorted())
        #expect(
            folder.read("state/pulled")?.contains("version=ab12\nsource=command 2\nleft_out=0\nentries=5\n") == true)
        #expect(try await folder.run("--check").text == "same\n")
    }

    @Test func `is unchanged after the same reply`() async throws {
        try await publish(Self.many)
        let before = try await folder.live()
        try await publish(Self.many)
        #expect(try await folder.live() == before)
    }

    typealias Bad = (name: String, spoil: @Sendable (String) -> String)
    static let unsealed: [Bad] = [
        ("an error page", { _ in "<!DOCTYPE html>\n<html><body>502 Bad Gateway</body></html>\n" }),
        ("nothing", { _ in "" }),
        ("half of it", { String($0.prefix($0.count / 2)) }),
        ("all but the last byte", { String($0.dropLast()) }),
        ("all but the last line", { $0.split(separator: "\n").dropLast().joined(separator: "\n") + "\n" }),
        ("all but one address", { $0.replacing("address user11@a.net\n", with: "") }),
        ("one address replaced", { $0.replacing("user11@", with: "user99@") }),
        ("a login banner before it", { "Welcome to mail.example.net\n" + $0 }),
        ("text after it", { $0 + "logout\n" }),
    ]

    @Test(arguments: unsealed.indices)
    func `is unchanged byte for byte after a damaged reply`(_ index: Int) async throws {
        try await publish(Self.many)
        let before = try await folder.live()
        let snapshot = folder.read("state/snapshot")
        try folder.answer(Self.unsealed[index].spoil(await folder.sealed(addresses: Self.many + ["new@a.net"])))
        let pull = try await folder.run()
        #expect(pull.exit == 1, "\(Self.unsealed[index].name)")
        #expect(try await folder.live() == before, "\(Self.unsealed[index].name)")
        #expect(folder.trouble == "answer" && folder.read("state/snapshot") == snapshot)
    }

    @Test(arguments: [
        (["address new@a.net", "address new@a.net"], "a duplicate address: new@a.net"),
        (["address new@elsewhere.example"], "an address of a domain that is not relayed: new@elsewhere.example"),
        (["address @a.net"], "an unknown line: address @a.net"),
        (["address a b@a.net"], "an unknown line"),
        (["address NEW@a.net"], "an invalid address: NEW@a.net"),
        (["address \"new@a.net"], "an invalid address"),
        (["catch-all elsewhere.example"], "a domain that is not relayed"),
        (["<html>"], "an unknown line: <html>"),
    ])
    func `is unchanged byte for byte after a reply with invalid lines`(_ lines: [String], said: String) async throws {
        try await publish(Self.many)
        let before = try await folder.live()
        try folder.answer(await folder.sealed(Self.many.map { "address \($0)" } + lines))
        let pull = try await folder.run()
        #expect(pull.exit == 1 && pull.errorText.contains(said), "\(pull.errorText)")
        #expect(try await folder.live() == before)
    }

    @Test func `is unchanged after bytes that are not UTF-8 text`() async throws {
        try await publish(Self.many)
        let before = try await folder.live()
        for byte in [0xFF, 0x00, 0xC3] as [UInt8] {
            var bytes = Data(try await folder.sealed(addresses: Self.many).utf8)
            bytes.insert(byte, at: 60)
            try folder.answer(bytes)
            #expect(try await folder.run().exit == 1)
            #expect(folder.trouble == "answer")
        }
        #expect(try await folder.live() == before)
    }

    @Test func `is unchanged after a reply that is empty, too long, or late`() async throws {
        try await publish(Self.many)
        let before = try await folder.live()
        try folder.answer(await folder.sealed(addresses: []))
        #expect(try await folder.run().errorText.contains("the primary's list is empty"))
        try folder.answer(String(repeating: "address user10@a.net\n", count: 900_000))
        #expect(try await folder.run().exit == 1)
        #expect(folder.trouble == "answer")
        try folder.put("stalls", "")
        try folder.answer(await folder.sealed(addresses: Self.many + ["new@a.net"]))
        #expect(try await folder.run().exit == 1)
        #expect(folder.trouble == "timeout")
        #expect(try await folder.live() == before)
    }

    @Test(arguments: [
        (255, "mxprovision@10.1.0.12: Permission denied (publickey).", "denied"),
        (255, "ssh: connect to host 10.1.0.12 port 22: Connection refused", "unreachable"),
        (255, "Host key verification failed.", "host-key"),
        (1, "cannot read PostfixAdmin's tables", "source"),
    ])
    func `is unchanged if ssh fails, even after a complete reply`(_ exit: Int, said: String, kind: String)
        async throws
    {
        try await publish(Self.many)
        let before = try await folder.live()
        try folder.answer(await folder.sealed(addresses: Self.many + ["new@a.net"]), exit: exit, said: said)
        let pull = try await folder.run()
        #expect(pull.exit == 1 && pull.errorText.contains(said), "\(pull.errorText)")
        #expect(folder.trouble == kind)
        #expect(try await folder.live() == before)
    }

    @Test func `may shrink by 20 percent, and more only if that was accepted`() async throws {
        try await publish(Self.many)
        try #require(folder.entries.count == 25)
        let before = try await folder.live()
        try folder.answer(await folder.sealed(addresses: Array(Self.many.dropLast(6))))
        let refused = try await folder.run()
        #expect(refused.exit == 1 && refused.errorText.contains("from 25 to 19 entries"), "\(refused.errorText)")
        #expect(folder.trouble == "shrink")
        #expect(try await folder.live() == before)
        try await publish(Array(Self.many.dropLast(5)))
        #expect(folder.entries.count == 20 && folder.trouble == nil)
        try folder.answer(await folder.sealed(addresses: ["ada@a.net"]))
        #expect(try await folder.run("--accept-shrink").exit == 0)
        #expect(folder.entries.count == 5)
    }

    @Test func `is unchanged if the new table misses required addresses`() async throws {
        try await publish(Self.many)
        let before = try await folder.live()
        try folder.answer(await folder.sealed(addresses: Self.many + ["new@a.net"]))
        try folder.put("forgets", "")
        #expect(try await folder.run().exit == 1)
        #expect(folder.trouble == "table")
        try FileManager.default.removeItem(atPath: folder.path + "/forgets")
        try folder.put("settings/listed", "abuse@a.net\n")
        #expect(try await folder.run().errorText.contains("does not contain postmaster@a.net"))
        #expect(try await folder.live() == before)
    }

    @Test func `leaves out what the table cannot store, and keeps the reported invalid records`() async throws {
        var lines = ["left-out 3", "odd command 7 \\xC3\\xA4@a.net"]
        let odd = ["#ann@a.net", "-f@a.net", "v%x.net@a.net", "x.net!v@a.net"]
        lines.append("address ada@a.net")
        lines += odd.map { "address \($0)" }
        try folder.answer(await folder.sealed(lines))
        let pull = try await folder.run()
        #expect(pull.exit == 0, "\(pull.errorText)")
        #expect(folder.entries == (Self.duties + ["ada@a.net"]).sorted())
        let pulled = try #require(folder.read("state/pulled"))
        #expect(pulled.contains("\nleft_out=7\n") && pulled.contains("\nodd=command 7 \\xC3\\xA4@a.net\n"), "\(pulled)")
        for address in odd { #expect(pulled.contains("\nodd=primary 0 \(address)\n"), "\(pulled)") }
        #expect(try await folder.run("--check").text == "same\n")
    }

    @Test func `is unchanged after a reply with more invalid records than an exporter names`() async throws {
        try await publish(Self.many)
        let before = try await folder.live()
        let odd = (0..<60).map { "odd command \($0) x" }
        for lines in [odd, ["odd command x y"], ["odd command 1 \(String(repeating: "x", count: 500))"]] {
            let addresses = Self.many.map { "address \($0)" }
            try folder.answer(await folder.sealed(lines + addresses))
            #expect(try await folder.run().errorText.contains("an unknown line"))
        }
        #expect(try await folder.live() == before)
    }

    @Test func `has a catch-all only if inventory and primary both name it`() async throws {
        let lines = ["catch-all a.net", "catch-all b.net", "address ada@a.net"]
        try folder.answer(await folder.sealed(lines))
        #expect(try await folder.run().exit == 0)
        #expect(!folder.entries.contains { $0.hasPrefix("@") })
        #expect(folder.read("state/pulled")?.contains("open=a.net\nopen=b.net\n") == true)
        try folder.add(toSettings: "catch_all=b.net")
        #expect(try await folder.run().exit == 0)
        #expect(folder.entries.filter { $0.hasPrefix("@") } == ["@b.net"])
        try folder.answer(await folder.sealed(addresses: ["ada@a.net"]))
        #expect(try await folder.run().exit == 0)
        #expect(!folder.entries.contains { $0.hasPrefix("@") })
        try folder.put("settings/listed", (folder.read("settings/listed") ?? "") + "@a.net\n")
        #expect(try await folder.run().errorText.contains("accepts every address of a.net"))
    }

    @Test func `defers unknown recipients while it is stale, and is unchanged`() async throws {
        try await publish(Self.many)
        #expect(folder.read("postfix/stale.db") == "")
        let before = try await folder.live()
        let pulled = try #require(folder.read("state/pulled"))
        try folder.put("state/pulled", pulled.replacing(try Regex("time=[0-9]+"), with: "time=1000000000"))
        try folder.answer("", exit: 255, said: "Connection refused")
        #expect(try await folder.run().exit == 1)
        #expect(
            folder.read("postfix/stale.db")?.split(separator: "\n") == [
                "a.net 450 4.1.1 Recipient not known here yet", "b.net 450 4.1.1 Recipient not known here yet",
            ])
        #expect(try await folder.live() == before)
        try await publish(Self.many)
        #expect(folder.read("postfix/stale.db") == "")
    }

    @Test func `is rebuilt from the last valid reply without the primary`() async throws {
        try await publish(["ada@a.net"])
        let pulled = folder.read("state/pulled")
        try folder.answer("", exit: 255, said: "Connection refused")
        try folder.put("postfix/relay_recipients.db", "evil@a.net permit_auth_destination\n")
        #expect(try await folder.run("--check").text == "other\n")
        #expect(try await folder.run("--rebuild").exit == 0)
        #expect(try await folder.run("--check").text == "same\n")
        try FileManager.default.removeItem(atPath: folder.map + ".db")
        #expect(try await folder.run("--check").text == "absent\n")
        try folder.put("settings/listed", (folder.read("settings/listed") ?? "") + "bob@a.net\n")
        #expect(try await folder.run("--rebuild").exit == 0)
        #expect(folder.entries.contains("bob@a.net") && folder.read("state/pulled") == pulled)
    }
}
