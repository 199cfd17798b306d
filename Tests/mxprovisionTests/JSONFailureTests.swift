import ArgumentParser
import Foundation
import Testing

@testable import Resources
@testable import mxprovision

/// Programs read only standard output, also if a command fails.
@Suite(.timeLimit(.minutes(10))) struct `A failure with --json` {
    private func run(
        _ words: [String], with change: (Command) throws -> Void = { _ in }
    ) async throws -> (status: Int32, records: [[String: Any]]) {
        let mxprovision = try Command()
        defer { mxprovision.remove() }
        try change(mxprovision)
        let outcome = try await mxprovision(words)
        let records = try outcome.output.split(separator: "\n").map { line in
            try #require(
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(words): \(line)")
        }
        for record in records {
            #expect(record["v"] as? Int == 2 && record["event"] is String, "\(words): \(record)")
        }
        return (outcome.status, records)
    }

    private static let commands = MXProvision.configuration.subcommands.map { $0._commandName }
    /// Options without which a command fails before it starts.
    private static let consent = ["teardown": ["--yes"], "rebuild": ["--yes"]]

    @Test(arguments: commands) func `of the command line is one object`(command: String) async throws {
        for words in [["--bogus"], ["one", "two", "three", "--drain", "x"], ["--inventory"]] {
            let (status, records) = try await run([command, "--json"] + words)
            #expect(status == 64 && records.count == 1, "\(command) \(words)")
            #expect(records.first?["event"] as? String == "failed" && records.first?["status"] as? Int == 64)
            #expect((records.first?["text"] as? String)?.isEmpty == false && records.first?["site"] == nil)
        }
    }

    @Test(arguments: commands) func `of the inventory is one object per mistake`(command: String) async throws {
        let (status, records) = try await run([command, "secondary", "--json"] + Self.consent[command, default: []]) {
            try $0.write("name: home\nnmae: x\n", to: "Inventory/three-sites.yml")
        }
        #expect(status == 65)
        #expect(records.dropLast().allSatisfy { $0["event"] as? String == "mistake" && $0["file"] is String })
        #expect(records.count > 2 && records.contains { $0["line"] as? Int == 2 })
        #expect(records.last?["event"] as? String == "failed" && records.last?["status"] as? Int == 65)
    }

    @Test(arguments: commands) func `for an unknown site names the known ones`(command: String) async throws {
        let (status, records) = try await run([command, "secundary", "--json"] + Self.consent[command, default: []])
        #expect(status == 64 && records.count == 1)
        #expect((records.first?["advice"] as? String)?.contains("`secondary`") == true)
    }

    @Test(arguments: commands) func `for the only site names the site`(command: String) async throws {
        // A missing secret, before any connection, and a node that does not respond.
        for break_ in [true, false] {
            let words = [command, "secondary", "--json"] + Self.consent[command, default: []]
            let (status, records) = try await run(words) { mxprovision in
                let path = "Inventory/three-sites.yml"
                let text = try String(contentsOfFile: "\(mxprovision.folder)/\(path)", encoding: .utf8)
                // A guest's address that refuses connections immediately, unlike one in another network.
                let near = text.replacing("10.2.0.25/24", with: "127.0.0.2/8")
                    .replacing("        gateway: 10.2.0.1\n", with: "")
                let inventory = break_ ? near.replacing("env: MXPROVISION_TOKEN", with: "env: NO_SUCH") : near
                try mxprovision.write(inventory, to: path)
            }
            for record in records { #expect(record["site"] as? String == "secondary", "\(record)") }
            // These read files, or report the unavailable node among other problems.
            if status == 0 {
                #expect(command == "history" || command == "dns", "\(command)")
            } else {
                #expect(!records.isEmpty, "\(command)")
            }
        }
    }

    @Test func `keeps the output of the zone one object`() async throws {
        let (status, records) = try await run(["dns", "secondary", "--json"])
        #expect(status == 0 && records.count == 1 && records[0]["event"] as? String == "zone")
        #expect(records[0]["site"] as? String == "secondary" && records[0]["exemptions"] is [String])
    }
}

@Suite(.timeLimit(.minutes(10))) struct `A mistyped command` {
    @Test(arguments: [
        (["pln", "secondary"], "there is no command `pln`; did you mean `plan`?"),
        (["statsu"], "there is no command `statsu`; did you mean `status`?"),
        (["help", "veryfi"], "there is no command `veryfi`; did you mean `verify`?"),
        (["xyzzy"], "there is no command `xyzzy`; expected one of `doctor`, `plan`"),
        (["up", "--jsn", "secondary"], "--json"),
        (["verify", "--only", "smpt"], "smtp"),
    ]) func `gets a suggestion`(words: [String], expected: String) async throws {
        let mxprovision = try Command()
        defer { mxprovision.remove() }
        let outcome = try await mxprovision(words)
        #expect(outcome.status == 64 && outcome.output == "")
        #expect(outcome.errors.contains(expected), "\(outcome.errors)")
    }
}

@Suite struct `The exemption for the primary` {
    @Test func `is printed for a site without a dns section`() async throws {
        let mxprovision = try Command()
        defer { mxprovision.remove() }
        let outcome = try await mxprovision(["dns", "secondary"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("; The site `secondary` has no section `dns`"))
        #expect(outcome.output.contains("permit_auth_destination") && outcome.output.contains("10.2.0.25"))
        let check = try await mxprovision(["dns", "secondary", "--check"])
        #expect(check.status == 64 && check.errors.contains("Add a section `dns` with `addresses` to the site"))
    }
}
