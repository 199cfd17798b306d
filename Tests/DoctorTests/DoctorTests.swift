import Foundation
import ProxmoxAPI
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Guests
@testable import Resources
@testable import Sites
@testable import pvelab

@Suite struct `The doctor` {
    /// A problem at a site, and the check that reports it.
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var subject: DoctorSubject
        var check: String
        var verdict: VerifiedCheck.Verdict
        var evidence: String
        var changes: [String: String]
        var seed: @Sendable (inout Seed) -> Void

        init(
            _ name: String,
            _ subject: DoctorSubject,
            _ check: String,
            _ verdict: VerifiedCheck.Verdict,
            _ evidence: String,
            _ changes: [String: String] = [:],
            seed: @escaping @Sendable (inout Seed) -> Void = { _ in }
        ) {
            testDescription = name
            (self.subject, self.check, self.verdict, self.evidence) = (subject, check, verdict, evidence)
            (self.changes, self.seed) = (changes, seed)
        }
    }

    static let template = "template 100 (base-template)"
    static let cases = [
        Case(
            "a node of another name", .api, "node", .fail, "`pve7` does not exist; available: `pve2`", ["pve2": "pve7"]),
        Case(
            "no template", .template, "template 999", .fail, "visible templates: 100, 101",
            ["template: 100": "template: 999"]),
        Case("a plain container", .template, template, .pass, "every clone is a full clone") {
            $0.guests[100]?.options["template"] = nil
        },
        Case("a locked template", .template, "lock", .fail, "locked (backup)") {
            $0.guests[100]?.options["lock"] = "backup"
        },
        Case("another system", .template, "system", .fail, "alpine has no apt") {
            $0.guests[100]?.options["ostype"] = "alpine"
        },
        Case("no nesting", .template, "nesting", .warn, "off"),
        Case("nesting in the template", .template, "nesting", .pass, "on") {
            $0.guests[100]?.options["features"] = "nesting=1"
        },
        Case(
            "nesting for a privileged container", .template, "nesting", .fail, "only root@pam can",
            ["      cores: 2\n": "      nesting: true\n"]),
        Case(
            "nesting for an unprivileged container", .template, "nesting", .pass, "on",
            ["      cores: 2\n": "      nesting: true\n"]
        ) { $0.guests[100]?.options["unprivileged"] = "1" },
        Case("a storage without linked clones", .template, "clone", .fail, "does not support linked clones") {
            $0.storages[1].kind = .dir
        },
        Case("a full clone", .template, "clone", .pass, "full clone", ["pool:": "full: true\n      pool:"]),
        Case(
            "a linked clone elsewhere", .template, "clone", .fail, "uses its template's storage",
            ["pool:": "storage: local-lvm\n      pool:"]),
        Case(
            "a full storage", .storage, "local-lvm", .fail, "1 GiB free; the full clone needs 4 GiB",
            ["pool:": "full: true\n      pool:"]
        ) {
            $0.storages[1].size = 2 << 30
        },
        Case("a nearly full storage", .storage, "local-lvm", .warn, "1.5 GiB free; the linked clone needs up to 4 GiB")
        {
            $0.storages[1].size = 5 << 29
        },
        Case("a disabled storage", .storage, "local-lvm", .fail, "disabled") {
            $0.storages[1].isEnabled = false
        },
        Case(
            "a storage for other content", .storage, "local", .fail, "only backup, iso, vztmpl",
            ["pool:": "storage: local\n      full: true\n      pool:"]
        ) { $0.give(["Datastore.AllocateSpace"], on: "/storage/local") },
        Case(
            "a missing storage", .storage, "tank", .fail, "does not exist on pve2; visible: local-lvm",
            ["pool:": "storage: tank\n      full: true\n      pool:"]
        ) { $0.give(["Datastore.AllocateSpace"], on: "/storage/tank") },
        Case(
            "a foreign guest that is visible", .guest, "vmid", .fail, "guest 101 on pve2 does not belong to this site",
            ["vmid: 110": "vmid: 101"]),
        Case(
            "a foreign guest that is not visible", .guest, "vmid", .fail,
            "the id 110 is used by a guest that sitectl@pve!ctl cannot see"
        ) {
            $0.guests[110] = $0.guests[100]
        },
        Case("an ID chosen by Proxmox", .guest, "vmid", .pass, "104 is the next free ID", ["      vmid: 110\n": ""]),
        Case(
            "a missing bridge", .network, "bridge vmbr9", .fail, "does not exist on pve2; visible: vmbr0",
            ["vmbr0": "vmbr9"]
        ) {
            $0.give(["SDN.Use"], on: "/sdn/zones/localnetwork/vmbr9")
        },
        Case(
            "a missing pool", .guest, "pool sites", .fail, "pool 'sites' does not exist"
        ) { $0.access.poolNames = [] },
        Case(
            "a stopped guest with the address", .network, "address 10.2.0.25", .warn,
            "used by guest 150 (web) on pve2, which is stopped"
        ) { $0.addNeighbour("name=eth0,bridge=vmbr0,ip=10.2.0.25/16") },
        Case(
            "a guest with the address on its second network device", .network, "address 10.2.0.25", .warn,
            "used by guest 150 (web) on pve2"
        ) { $0.addNeighbour("name=eth0,bridge=vmbr0,ip=10.9.0.1/24", "name=eth1,bridge=vmbr0,ip=10.2.0.25/24") },
        Case(
            "a guest with the address in another network", .network, "address 10.2.0.25", .warn,
            "no answer to this machine"
        ) { $0.addNeighbour("name=eth0,bridge=vmbr0,tag=7,ip=10.2.0.25/24") },
        Case(
            "a guest with another address", .network, "address 10.2.0.25", .warn, "no answer to this machine"
        ) { $0.addNeighbour("name=eth0,bridge=vmbr0,ip=10.2.0.26/24") },
        Case(
            "a VLAN", .privileges, "SDN.Use on /sdn/zones/localnetwork/vmbr0/20", .pass, "configure (net0)",
            ["bridge: vmbr0": "bridge: vmbr0, vlan: 20"]),
        Case(
            "trust on first use", .ssh, "host key", .warn, "the first key is trusted",
            [
                "host_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH+BKcHGBpznz3LmiB9UikNMrNBVNlHEfChbwrLxStLf":
                    "trust: first-use"
            ]),
        Case("no host to check from", .primary, "mail routes", .warn, "neither the guest nor the node"),
    ]

    @Test(arguments: cases)
    func `reports the state and writes nothing`(_ wanted: Case) async throws {
        let node = MemoryNode(.v9_2, wanted.seed)
        let report = try await MemorySite(node, wanted.changes).examine()
        let check = try #require(report.check(wanted.check, of: wanted.subject), "\(report)")
        #expect(check.verdict == wanted.verdict && check.evidence.contains(wanted.evidence), "\(check)")
        #expect(report.problems.isEmpty && node.writes.isEmpty, "\(report.problems) \(node.writes)")
        // Each problem is reported once.
        let failed = report.checks(.fail).map(\.name)
        #expect(failed == (wanted.verdict == .fail ? [wanted.check] : []), "\(failed)")
    }

    @Test(arguments: [
        ("10.2.0.25/24", [GuestInterface](), VerifiedCheck.Verdict.fail), ("dhcp", [.shown("10.2.0.25")], .fail),
        ("dhcp", [.shown("10.2.0.26")], .warn),
    ])
    func `queries Proxmox for the owner of the address`(
        _ ip: String, _ shown: [GuestInterface], _ verdict: VerifiedCheck.Verdict
    ) async throws {
        let node = MemoryNode(runtime: ShowingRuntime(shown: shown)) {
            $0.addNeighbour("name=eth0,bridge=vmbr0,ip=\(ip)")
        }
        let report = try await MemorySite(node).examine()
        let check = try #require(report.check("address 10.2.0.25", of: .network))
        #expect(check.verdict == verdict, "\(check)")
        #expect(
            (verdict == .fail) == check.evidence.contains("used by guest 150 (web) on pve2, which is running"),
            "\(check)")
    }

    @Test func `does not report the site's own address as a conflict`() async throws {
        let node = MemoryNode()
        let site = try MemorySite(node)
        let folder = Scratch()
        let stateStore = try StateStore(in: SiteFolder(path: folder.path))
        _ = try await GuestProvision(
            host: site.host(node.client()), specification: site.site.specification, order: try site.site.cloneRequest,
            stateStore: stateStore, report: { _ in }
        ).converge(from: nil)
        let check = try #require(try await site.examine().check("address 10.2.0.25", of: .network))
        #expect(check.verdict == .pass && check.evidence.contains("used by guest 110 of this site"), "\(check)")
    }

    @Test func `stops at rejected credentials and still runs the checks that need none`() async throws {
        let node = MemoryNode()
        let report = try await MemorySite(node).examine(secret: "00000000-0000-4000-8000-000000000000")
        #expect(report.checks(.fail).map(\.name) == ["token"] && !report.isRight)
        #expect(report.areas.map(\.name) == [.files, .api, .ssh, .network, .primary])
        #expect(node.calls == ["GET /api2/json/version"])
    }

    @Test func `keeps inherited privileges that a role on the path would replace`() async throws {
        let node = MemoryNode { seed in
            seed.access.entries.removeAll { $0.path == "/pool/sites" }
            seed.give(
                ["VM.Allocate", "VM.Audit", "VM.PowerMgmt", "VM.Config.Network", "VM.Config.Memory", "VM.Config.CPU"],
                on: "/pool")
        }
        let failed = try await MemorySite(node).examine().checks(.fail)
        #expect(failed.map(\.name) == ["VM.Config.Options on /pool/sites"])
        let privileges =
            "VM.Allocate VM.Audit VM.Config.CPU VM.Config.Memory VM.Config.Network VM.Config.Options VM.PowerMgmt"
        #expect(
            failed.first?.advice?.contains("pveum role add mxprovision-pool-sites --privs \"\(privileges)\"") == true)
    }

    @Test func `finds nothing missing if all privileges are inherited`() async throws {
        let node = MemoryNode { seed in
            seed.access.entries = []
            seed.give(Set(`The smallest set of privileges`.rights.map(\.privilege)), on: "/")
        }
        let report = try await MemorySite(node).examine()
        #expect(report.checks(.fail).isEmpty, "\(report.checks(.fail))")
    }

    @Test func `recognizes the site's own guest and reports what it loses outside its pool`() async throws {
        let node = MemoryNode { seed in
            var guest = seed.guests[100]
            guest?.options["template"] = nil
            guest?.description = OwnershipMarker(inventory: "home", site: "one", id: "x").notes
            seed.guests[110] = guest
            seed.access.pools[110] = "sites"
        }
        let report = try await MemorySite(node).examine()
        #expect(
            report.check("guest", of: .guest)?.evidence == "110 on pve2 belongs to this site and is stopped"
                && report.isRight)

        await node.node.leavePool(110)
        let outside = try await MemorySite(node).examine()
        // The guest's owner is not visible any more.
        #expect(outside.checks(.fail).map(\.name) == ["vmid"], "\(outside)")
        #expect(node.writes.isEmpty)
    }

    @Test(arguments: [
        (Release(9, 2), true, VerifiedCheck.Verdict.pass), (Release(8, 4), false, .pass), (Release(9, 1), true, .warn),
        (Release(8, 0), true, .warn), (Release(8, 0), false, .fail), (Release(7, 4), true, .warn),
        (Release(7, 3), true, .fail),
    ])
    func `judges a release by what the site needs`(
        _ release: Release, hasAddress: Bool, _ verdict: VerifiedCheck.Verdict
    ) throws {
        let changes = hasAddress ? [:] : ["10.2.0.25/24": "dhcp"]
        let doctor = try MemorySite(MemoryNode(), changes).doctor()
        #expect(doctor.check(of: release, release.description).verdict == verdict)
    }

    /// Proxmox renews its own certificate 14 days before it expires, which changes the fingerprint.
    @Test(arguments: [(729, VerifiedCheck.Verdict.pass), (28, .pass), (27, .warn), (3, .warn)])
    func `warns before the pinned certificate is renewed`(_ days: Int, _ verdict: VerifiedCheck.Verdict)
        throws
    {
        var doctor = try MemorySite(MemoryNode()).doctor()
        doctor.now = Date(timeIntervalSince1970: 1_800_000_000)
        let check = doctor.check(ofCertificateUntil: 1_800_000_000 + days * 86400 + 60)
        #expect(check.verdict == verdict && check.evidence.contains("valid for \(days) days"))
    }
}

extension Seed {
    /// Adds another user's guest, which we may read, with these network devices.
    mutating func addNeighbour(_ cards: String...) {
        var guest = guests[100]
        guest?.options["template"] = nil
        guest?.options["hostname"] = "web"
        for (index, card) in cards.enumerated() { guest?.options["net\(index)"] = card }
        guests[150] = guest
        give(["VM.Audit"], on: "/vms/150")
    }
}

extension Node {
    func leavePool(_ id: Int) { access.pools[id] = nil }
}

extension GuestInterface {
    fileprivate static func shown(_ address: String) -> GuestInterface {
        GuestInterface(
            name: "eth0", hwaddr: "bc:24:11:00:00:01", addresses: [.init(address: address, prefix: 24, isIPv6: false)])
    }
}

/// A runtime in which guest 150 runs and reports these interfaces.
private actor ShowingRuntime: GuestRuntime {
    let shown: [GuestInterface]
    init(shown: [GuestInterface]) { self.shown = shown }

    func clone(_ source: Int, to new: Int, layered: Bool) {}
    func start(_ id: Int, configuration: GuestConfiguration) {}
    func stop(_ id: Int) {}
    func shutdown(_ id: Int, timeout: Int) -> Bool { true }
    func destroy(_ id: Int) {}
    func reconfigure(_ id: Int, configuration: GuestConfiguration) {}
    func isRunning(_ id: Int) -> Bool { id == 150 }
    func initProcess(_ id: Int) -> Int? { id == 150 ? 1 : nil }
    func interfaces(_ id: Int) -> [GuestInterface] { shown }
}
