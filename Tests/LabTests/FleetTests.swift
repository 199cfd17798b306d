import Foundation
import Testing

/// Several sites with one command, created in parallel from Proxmox's own template. One of them cannot be created.
@Suite(.enabled(if: Lab.isUp, "needs `pvelab run`"), .serialized, .ownThreads, .timeLimit(.minutes(30)))
struct `Several sites in the lab` {
    private let lab: Lab

    init() throws {
        lab = try Lab()
        try lab.replace("  bare:\n", by: "  north:\n    labels: {ring: canary}\n")
        try lab.replace("template: 100", by: "template: 101")
        try lab.replace("vmid: 110", by: "vmid: 160")
        try lab.replace("hostname: mail-backup.yourdomain.net", by: "hostname: mail-50.yourdomain.net")
        try lab.replace(#"address: 10\.2\.0\.25"#, by: "address: 10.2.0.70")
        try lab.replace("  shipped:\n", by: "  south:\n    labels: {ring: wide}\n")
        try lab.replace("hostname: mail-backup-2.yourdomain.net", by: "hostname: mail-51.yourdomain.net")
        try lab.replace(#"address: 10\.2\.0\.26"#, by: "address: 10.2.0.71")
        try lab.replace(
            "sites:\n",
            by: """
                sites:
                  lost:
                    guest:
                      vmid: 162
                      template: 199
                      hostname: mail-52.yourdomain.net
                      network: {bridge: vmbr0, address: 10.2.0.72/24}

                """)
    }

    @Test func `are created in parallel although one of them fails, and are unchanged by the next run`() throws {
        let up = try lab.mxprovision("up", "--all")
        defer { for site in ["north", "south"] { _ = try? lab.mxprovision("teardown", site, "--yes") } }
        try #require(up.status == 1, "\(up.output)")
        #expect(up.output.contains("mxprovision: lost: the template 199 does not exist on pve2\n"), "\(up.output)")
        #expect(up.output.contains("✗ lost   the template 199 does not exist on pve2"), "\(up.output)")
        #expect(up.output.contains("~ north  "), "\(up.output)")
        #expect(up.output.contains("~ south  "), "\(up.output)")
        #expect(up.output.contains(": 1 failed, 2 changed\n"), "\(up.output)")
        let ids = try ["north", "south"].map { try lab.guestID(of: $0) }
        #expect(ids[0] == 160 && ids[1] != 160)

        let again = try lab.mxprovision("up", "--all", "--json")
        #expect(again.status == 1)
        for site in ["north", "south"] {
            let finished = again.output.split(separator: "\n").filter {
                $0.contains(#""event":"finished""#) && $0.contains(#""site":"\#(site)""#)
            }
            #expect(finished.count == 1 && finished[0].contains(#""changed":0"#), "\(again.output)")
        }
        #expect(again.output.contains(#""event":"failed","site":"lost""#), "\(again.output)")

        let plan = try lab.mxprovision("plan", "--label", "ring")
        #expect(plan.status == 0 && plan.output.contains("2 sites in "), "\(plan.output)")
        #expect(!plan.output.contains("lost"), "\(plan.output)")
    }
}
