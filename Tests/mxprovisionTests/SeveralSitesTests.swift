import Foundation
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites
@testable import mxprovision

/// The example inventory, with two sites at a node that does not exist.
@Suite(.timeLimit(.minutes(10))) struct `A command for several sites` {
    private func with(_ body: (Command) async throws -> Void) async throws {
        let mxprovision = try Command()
        defer { mxprovision.remove() }
        let path = mxprovision.folder + "/Inventory/three-sites.yml"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let lonely = text.replacing(
            "address: 10.3.0.2\n", with: "address: 127.0.0.1\n      port: 1\n"
        ).replacing(#/login:.*\n.*user: .*\n.*file: .*\n/#, with: "token: {id: a@pve!up, env: MXPROVISION_TOKEN}\n")
            .replacing("# labels: {ring: canary", with: "labels: {ring: canary")
        try mxprovision.write(lonely, to: "Inventory/three-sites.yml")
        try await body(mxprovision)
    }

    @Test(arguments: ["up", "plan", "verify"]) func `asks which one and lists them`(command: String)
        async throws
    {
        try await with { mxprovision in
            let outcome = try await mxprovision([command])
            #expect(outcome.status == 64 && outcome.output == "")
            #expect(
                outcome.errors == """
                    mxprovision: no site selected; Inventory/three-sites.yml has 2 sites
                    → Name one or more sites, or use `--all` or `--label`. Available sites: `secondary`, `tertiary`.

                    """)
        }
    }

    @Test func `continues with the others if one fails, and names each in its error`() async throws {
        try await with { mxprovision in
            let outcome = try await mxprovision(["up", "--all"])
            #expect(outcome.status == 1)
            for site in ["secondary", "tertiary"] {
                #expect(
                    outcome.errors.contains(
                        "mxprovision: \(site): the Proxmox API at 127.0.0.1:1 cannot be reached\n"))
                #expect(outcome.output.contains("✗ \(site)"))
                #expect(try await mxprovision(["history", site]).output.contains("up"))
            }
            #expect(outcome.output.hasSuffix(": 2 failed\n"))
            #expect(!outcome.output.contains("\u{1B}"))
        }
    }

    @Test func `skips sites without the label`() async throws {
        try await with { mxprovision in
            let outcome = try await mxprovision(["plan", "--label", "ring=canary"])
            #expect(outcome.status == 1 && outcome.output == "")
            #expect(outcome.errors.hasPrefix("mxprovision: the Proxmox API at 127.0.0.1:1 cannot be reached\n"))
            #expect(try await mxprovision(["plan", "--label", "ring=x"]).status == 64)
        }
    }

    @Test func `has the worse exit status if another operator holds one of them`() async throws {
        try await with { mxprovision in
            let states = StateDirectory(root: mxprovision.folder + "/.local/state/mxprovision")
            let folder = try states.folder(of: SiteAddress(inventory: "home", name: "secondary"))
            let lock = try SiteLock.acquire(
                in: folder, site: "secondary", for: .init(who: "bob@desk", command: "up", since: Date()))
            let outcome = try await mxprovision(["up", "--all"])
            #expect(outcome.status == 1)
            #expect(outcome.output.hasSuffix(": 1 held by another operator, 1 failed\n"))
            _ = consume lock
        }
    }

    @Test func `names the site of each JSON object, also for failures`() async throws {
        try await with { mxprovision in
            let outcome = try await mxprovision(["up", "--all", "--json"])
            let records = try outcome.output.split(separator: "\n").map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
            #expect(Set(records.compactMap { $0["site"] as? String }) == ["secondary", "tertiary"])
            #expect(records.count { $0["event"] as? String == "failed" } == 2)
            #expect(records.allSatisfy { $0["v"] as? Int == 2 })
        }
    }

    @Test func `does not import one queue into several guests`() async throws {
        try await with { mxprovision in
            let outcome = try await mxprovision(["up", "--all", "--import", "queue.tar.gz"])
            #expect(outcome.status == 64)
            #expect(outcome.errors.hasPrefix("mxprovision: `--import` needs exactly one site; 2 were given"))
        }
    }

    @Test func `with --offline checks all files, needs no secret and contacts no host`() async throws {
        try await with { mxprovision in
            let outcome = try await mxprovision(["plan", "--offline"])
            #expect(outcome.status == 0 && outcome.errors == "")
            #expect(outcome.output.contains("  guest: clone of 100 to 110, on pve2\n"))
            #expect(outcome.output.contains("steps of secondary, tertiary\n  hostname            hostname\n"))
            #expect(outcome.output.contains(/\n2 sites, [0-9]+ steps, no mistakes; nothing was contacted\n$/))
            #expect(!FileManager.default.fileExists(atPath: mxprovision.folder + "/.local"))

            let json = try await mxprovision(["plan", "--offline", "--json", "tertiary"])
            let record = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
            #expect(record?["event"] as? String == "outline" && record?["site"] as? String == "tertiary")

            let path = mxprovision.folder + "/Inventory/three-sites.yml"
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try mxprovision.write(text.replacing("node: pve3", with: "node: pve_3"), to: "Inventory/three-sites.yml")
            let broken = try await mxprovision(["plan", "--offline"])
            #expect(broken.status == 65)
            #expect(broken.errors.contains("`node`: invalid node name `pve_3`; expected "))
        }
    }
}
