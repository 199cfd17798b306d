import Foundation
import Testing

extension `A backup MX in the lab` {
    /// The output of `doctor` before the guest exists.
    @Suite struct `before its guest exists` {
        private let lab: Lab

        init() throws {
            lab = try Lab(inventory: "doctor")
            // An id and an address that no other suite uses.
            try lab.replace("vmid: 110", by: "vmid: 141")
            try lab.replace("(10\\.2\\.0)\\.25/24", by: "10.2.0.97/24")
        }

        private func doctor() throws -> (status: Int32, report: LabReport) { try lab.report(["doctor", "bare"]) }

        @Test func `makes doctor name one missing privilege and the command that grants it`() throws {
            try lab.replace("vmid: 141", by: "vmid: 141\n      full: true\n      storage: local")
            let (status, report) = try doctor()
            #expect(
                status == 1 && report.failed.map(\.name) == ["Datastore.AllocateSpace on /storage/local"], "\(report)")
            let advice = try #require(report.failed.first?.advice)
            #expect(
                advice.contains(
                    "pveum acl modify /storage/local --roles PVEDatastoreUser --users sitectl@pve --tokens 'sitectl@pve!ctl'"
                ))
        }

        @Test func `makes doctor report a foreign guest and a missing template`() throws {
            try lab.replace("vmid: 141", by: "vmid: 101")
            try lab.replace("template: 100", by: "template: 999")
            let (status, report) = try doctor()
            #expect(status == 1 && Set(report.failed.map(\.name)) == ["template 999", "vmid"], "\(report)")
            #expect(report.evidence("vmid")?.contains("guest 101 on pve2 does not belong to this site") == true)
        }

        @Test
        func
            `looks at the site's network from the node, and tells an address that is taken and a primary that is away`()
            throws
        {
            let key = try #require(ProcessInfo.processInfo.environment["PVELAB_NODE_HOST_KEY"])
            try lab.replace("ssh: \\{", by: "ssh: {node: {host_key: \(key)}, ")
            let well = try doctor()
            #expect(well.status == 0, "\(well.report)")
            #expect(well.report.evidence("node") == "pve2 is online")
            #expect(well.report.evidence("address 10.2.0.97") == "not in use: no answer to the node", "\(well.report)")
            #expect(well.report.evidence("primary 10.1.0.12 port 25")?.hasPrefix("from the node: 220 mail.") == true)

            // The gateway's own address is used as another host's.
            try lab.replace("10\\.2\\.0\\.97/24", by: "10.2.0.2/24")
            try lab.replace("address: 10\\.1\\.0\\.12", by: "address: 10.1.0.99")
            let amiss = try doctor()
            #expect(
                amiss.status == 1
                    && amiss.report.failed.map(\.name) == ["address 10.2.0.2", "primary 10.1.0.99 port 25"],
                "\(amiss.report)")
        }
    }
}
