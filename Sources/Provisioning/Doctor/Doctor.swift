import Foundation
import ProxmoxAPI
import RemoteShell

/// Looks at everything that `up` is going to rely on, before anything is touched: Proxmox is sent nothing but GETs, and
/// hosts nothing but questions.
struct Doctor: Sendable {
    let inventory: Inventory
    let site: Site
    let playbook: Playbook
    let host: GuestHost
    let folder: SiteFolder
    let keys: HostKeyStore
    let report: Report
    /// This machine.
    var local: any Shell = ProcessShell.local
    var now = Date()

    var client: Client { host.client }
    /// As messages name whoever calls the API.
    var who: String {
        switch site.proxmox.credential {
        case .token(let id, _): id
        case .login(let user, _): user
        }
    }

    /// - Throws: what keeps everything from being looked at; what keeps an area from it is told in the report.
    func examine() async throws -> DoctorReport {
        var report = DoctorReport()
        try await report.add(.files) { fileChecks }
        var release: Release?
        try await report.add(.api) {
            let checks: [VerifiedCheck]
            (checks, release) = try await lookAtAPI()
            return checks
        }
        var guest: GuestSight?
        if let release { guest = try await examineNode(release, &report) }
        var ways = Ways()
        do {
            try await report.add(.ssh) { try await lookAtSSH(of: guest, opening: &ways) }
            try await report.add(.network) { try await lookAtNetwork(guest, release, through: ways) }
            try await report.add(.primary) { try await lookAtMail(through: ways) }
        } catch {
            await ways.close()
            throw error
        }
        await ways.close()
        return report
    }

    /// What Proxmox tells.
    private func examineNode(_ release: Release, _ report: inout DoctorReport) async throws -> GuestSight? {
        let template = await result { try await look { try await host.look(at: order.template, on: order.node) } }
        let guest = await result { try await lookAtGuest() }
        var table: PrivilegeTable?
        let found = (try? template.get())?.value ?? nil
        try await report.add(.privileges) {
            let rights = try await rightsTable(release, template: try? template.get(), guest: try guest.get())
            table = rights
            return try await lookAtPrivileges(rights)
        }
        try await report.add(.template) { try await lookAtTemplate(try template.get()) }
        try await report.add(.storage) { try await lookAtStorages(of: found) }
        try await report.add(.guest) { try await checks(of: try guest.get(), table) }
        return try? guest.get()
    }

    var order: GuestProvision.CloneOrder { get throws { try site.cloneOrder } }

    private var fileChecks: [VerifiedCheck] {
        [
            VerifiedCheck(
                name: "inventory", verdict: .pass,
                evidence: "\(inventory.file), \(inventory.sites.count) site\(inventory.sites.count == 1 ? "" : "s")"),
            VerifiedCheck(
                name: "playbook", verdict: .pass,
                evidence: "\(playbook.name), \(playbook.steps.count) step\(playbook.steps.count == 1 ? "" : "s")"),
        ]
    }
}

/// What came of a look: something, or nothing because the caller may not look there.
enum Sight<Value: Sendable>: Sendable {
    case seen(Value)
    case barred

    var value: Value? {
        guard case .seen(let value) = self else { return nil }
        return value
    }
}

extension Doctor {
    /// Keeps an error for the area that it belongs to.
    private func result<Value>(_ body: () async throws -> Value) async -> Result<Value, any Error> {
        do { return .success(try await body()) } catch { return .failure(error) }
    }

    func look<Value: Sendable>(_ body: () async throws -> Value) async throws -> Sight<Value> {
        do { return .seen(try await body()) } catch let error as APIError {
            guard case .forbidden = error else { throw error }
            return .barred
        }
    }
}

extension Provisioner {
    /// Looks at all that `up` is going to rely on, and changes nothing of the site.
    ///
    /// - Throws: ``StateError``, and what is wrong with a name that Proxmox cannot have; the rest is in the report.
    public func doctor() async throws -> DoctorReport {
        try await reading { reader, _ in
            try await Doctor(
                inventory: inventory, site: site, playbook: playbook, host: reader.host, folder: folder,
                keys: reader.keys, report: report
            ).examine()
        }
    }
}

extension VerifiedCheck {
    /// A check that failed by an error: what happened and why as evidence, what to do next as advice.
    init(_ name: String, _ verdict: Verdict, _ error: any Error) {
        let complaint = Complaint(error)
        let why = complaint.why.map { ": " + $0.split(whereSeparator: \.isNewline).joined(separator: "; ") } ?? ""
        self.init(name: name, verdict: verdict, evidence: complaint.what + why, advice: complaint.next)
    }
}
