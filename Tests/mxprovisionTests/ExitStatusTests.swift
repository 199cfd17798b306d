import ArgumentParser
import Foundation
import RemoteShell
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites
@testable import mxprovision

@Suite struct `An exit status` {
    @Test(arguments: [
        (ChangesFound() as any Error, 2), (StepsPostponed(), 75), (UsageMistake(what: "x", next: "y"), 64),
        (Mistakes([Mistake(file: "x", line: 1, text: "y")]), 65), (SiteLock.Held(site: "secondary", by: nil), 75),
        (CancellationError(), 130), (ShellError.noProgram("ssh"), 1), (StateError.tooNew(path: "x", version: 9), 1),
    ])
    func `maps to the way a command ends`(error: any Error, status: Int) {
        #expect(ExitStatus(of: error).code == Int32(status))
    }

    @Test(arguments: [CleanExit.helpRequest() as any Error, ValidationError("x")])
    func `of the argument parser is left to the parser`(error: any Error) {
        #expect(ExitStatus(of: error) == .parser)
    }
}

@Suite(.timeLimit(.minutes(10))) struct `The command` {
    private func with(_ body: (Command) async throws -> Void) async throws {
        let mxprovision = try Command()
        defer { mxprovision.remove() }
        try await body(mxprovision)
    }

    @Test(arguments: ["--help", "--version"]) func `prints help and version to stdout`(flag: String) async throws {
        try await with { mxprovision in
            let outcome = try await mxprovision([flag])
            #expect(outcome.status == 0)
            #expect(outcome.output.contains(flag == "--help" ? "SUBCOMMANDS" : "0."))
            #expect(outcome.errors == "")
        }
    }

    @Test func `with wrong arguments ends with 64`() async throws {
        try await with { mxprovision in
            for words in [["bogus"], ["up", "secondary", "--bogus"], ["teardown"], ["plan", "--label", "a b"]] {
                let outcome = try await mxprovision(words)
                #expect(outcome.status == 64, "\(words)")
                #expect(outcome.errors.contains("Usage: mxprovision"))
                #expect(outcome.output == "")
            }
        }
    }

    @Test func `for a value out of range names the value and the range`() async throws {
        try await with { mxprovision in
            for (words, fault) in [
                (["up", "--lease", "1"], "invalid value `1` for --lease; expected 5 to 3600 seconds"),
                (
                    ["rebuild", "x", "--drain", "90000"],
                    "invalid value `90000` for --drain; expected 0 to 86400 seconds"
                ),
                (["drill", "x", "--messages", "0"], "invalid value `0` for --messages; expected 1 to 500 messages"),
                (["plan", "--parallel", "0"], "invalid value `0` for --parallel; expected at least 1"),
                (
                    ["plan", "--query-timeout", "0"],
                    "invalid value `0` for --query-timeout; expected 1 to 86400 seconds"
                ),
            ] {
                let outcome = try await mxprovision(words)
                #expect(outcome.status == 64 && outcome.errors.contains(fault), "\(outcome.errors)")
            }
        }
    }

    @Test func `for an unknown site lists the known ones`() async throws {
        try await with { mxprovision in
            let outcome = try await mxprovision(["plan", "secundary"])
            #expect(outcome.status == 64)
            #expect(
                outcome.errors == """
                    mxprovision: Inventory/three-sites.yml has no site `secundary`
                    → Available sites: `secondary`, `tertiary`.

                    """)
        }
    }

    @Test func `without an inventory, or with several, asks for one`() async throws {
        try await with { mxprovision in
            try mxprovision.write("", to: "Inventory/other.yml")
            let several = try await mxprovision(["plan", "secondary"])
            #expect(several.status == 64)
            #expect(several.errors.contains("Inventory/ has several: other.yml, three-sites.yml"))
            try FileManager.default.removeItem(atPath: mxprovision.folder + "/Inventory")
            let none = try await mxprovision(["plan", "secondary"])
            #expect(none.status == 64)
            #expect(none.errors.contains("none found in Inventory/"))
        }
    }

    @Test func `with mistakes in files reports all of them and ends with 65`() async throws {
        try await with { mxprovision in
            try mxprovision.write("name: home\nnmae: x\n", to: "broken.yml")
            let outcome = try await mxprovision(["plan", "--inventory", "broken.yml", "secondary"])
            #expect(outcome.status == 65)
            let lines = outcome.errors.split(separator: "\n")
            #expect(lines.count > 2)
            #expect(lines.dropLast().allSatisfy { $0.hasPrefix("broken.yml") })
            #expect(lines.last == "mxprovision: \(lines.count - 1) mistakes; nothing was contacted")
        }
    }

    @Test func `that destroys asks at a terminal, and does nothing without one`() async throws {
        try await with { mxprovision in
            let outcome = try await mxprovision(["teardown", "secondary"])
            #expect(outcome.status == 64)
            #expect(outcome.errors.contains("`mxprovision teardown secondary --yes`"))
        }
    }

    @Test func `for a site that another operator holds names the holder and ends with 75`() async throws {
        try await with { mxprovision in
            let states = StateDirectory(root: mxprovision.folder + "/.local/state/mxprovision")
            let folder = try states.folder(of: SiteAddress(inventory: "home", name: "secondary"))
            let lock = try SiteLock.acquire(
                in: folder, site: "secondary", for: .init(who: "bob@desk", command: "up", since: Date()))
            let outcome = try await mxprovision(["up", "secondary"])
            #expect(outcome.status == 75)
            #expect(outcome.errors.contains("secondary is locked by bob@desk"))
            _ = consume lock
        }
    }

    @Test func `for an unreachable node reports it, ends with 1, and records it in the history`() async throws {
        try await with { mxprovision in
            let outcome = try await mxprovision(["up", "secondary"])
            #expect(outcome.status == 1)
            #expect(outcome.output == "secondary: up\n")
            #expect(outcome.errors.hasPrefix("mxprovision: "))
            #expect(outcome.errors.contains("127.0.0.1"))
            let history = try await mxprovision(["history", "--json", "secondary"])
            #expect(history.status == 0)
            let record = try JSONSerialization.jsonObject(with: Data(history.output.utf8)) as? [String: Any]
            #expect(record?["v"] as? Int == 2)
            #expect(record?["outcome"] as? String == "failed")
            #expect(history.output.split(separator: "\n").count == 1)
        }
    }

    @Test func `that checks an unreachable node reports it among the results and ends with 1`() async throws {
        try await with { mxprovision in
            let outcome = try await mxprovision(["doctor", "secondary"])
            #expect(outcome.status == 1 && outcome.errors == "")
            #expect(outcome.output.contains("    ✗ address: the Proxmox API at 127.0.0.1:1 cannot be reached"))
            #expect(outcome.output.contains("    ✓ host key: pinned to the template's key"))
            #expect(outcome.output.hasSuffix(" 1 failed\n"))
            let json = try await mxprovision(["doctor", "--json", "secondary"])
            let record = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
            #expect(json.status == 1 && record?["event"] as? String == "doctor" && record?["v"] as? Int == 2)
        }
    }

    @Test func `prints only JSON to standard output with --json`() async throws {
        try await with { mxprovision in
            let outcome = try await mxprovision(["up", "--json", "secondary"])
            #expect(outcome.status == 1)
            for line in outcome.output.split(separator: "\n") {
                #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) is [String: Any])
            }
        }
    }
}
