import ConfigurationFiles
import Diagnostics
package import Engine
package import Foundation
package import Guests
package import ProxmoxAPI
package import RemoteShell
import Resources

/// Checks everything that `up` needs, without changing anything: it sends only GET requests to Proxmox, and only
/// queries to hosts.
package struct Doctor: Sendable {
    package let inventory: Inventory
    package let site: Site
    package let playbook: Playbook
    package let host: GuestLocator
    package let folder: SiteFolder
    package let keys: HostKeyStore
    package let report: EventHandler
    /// The shell of this machine.
    package var local: any Shell = ProcessShell.local
    package var now = Date()

    package var client: Client { host.client }
    /// The API user or token, as messages name it.
    package var who: String {
        switch site.proxmox.credential {
        case .token(let id, _): id
        case .login(let user, _): user
        }
    }

    /// - Throws: An error that prevents the whole examination. An error of one area is in the report.
    func examine() async throws -> DoctorReport {
        var report = DoctorReport()
        try await report.add(.files) { fileChecks }
        var release: Release?
        try await report.add(.api) {
            let checks: [VerifiedCheck]
            (checks, release) = try await lookAtAPI()
            return checks
        }
        var guest: GuestLookup?
        if let release { guest = try await examineNode(release, &report) }
        var connections = SiteConnections()
        do {
            try await report.add(.ssh) { try await lookAtSSH(of: guest, opening: &connections) }
            try await report.add(.network) { try await lookAtNetwork(guest, release, through: connections) }
            if let role = inventory.role as? any DiagnosedRole {
                try await report.add(.primary) { try await role.doctorChecks(of: self, through: connections) }
            }
        } catch {
            await connections.close()
            throw error
        }
        await connections.close()
        return report
    }

    /// Runs the checks that query Proxmox.
    private func examineNode(_ release: Release, _ report: inout DoctorReport) async throws -> GuestLookup? {
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
        try await report.add(.guest) { try await poolChecks(release) + checks(of: try guest.get(), table) }
        return try? guest.get()
    }

    package var order: GuestProvision.CloneRequest { get throws { try site.cloneRequest } }

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

/// The result of a read: a value, or no permission to read it.
enum Lookup<Value: Sendable>: Sendable {
    case seen(Value)
    case barred

    package var value: Value? {
        guard case .seen(let value) = self else { return nil }
        return value
    }
}

extension Doctor {
    /// Captures an error, to report it in the area that it belongs to.
    private func result<Value>(_ body: () async throws -> Value) async -> Result<Value, any Error> {
        do { return .success(try await body()) } catch { return .failure(error) }
    }

    func look<Value: Sendable>(_ body: () async throws -> Value) async throws -> Lookup<Value> {
        do { return .seen(try await body()) } catch let error as APIError {
            guard case .forbidden = error else { throw error }
            return .barred
        }
    }
}

extension Provisioner {
    /// Checks everything that `up` needs, without changing the site.
    ///
    /// - Throws: ``StateError``, and an error for a name that is invalid in Proxmox. All other errors are in the
    ///   report.
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
    package init(_ name: String, _ verdict: Verdict, _ error: any Error) {
        let complaint = ErrorDescription(error)
        let why = complaint.why.map { ": " + $0.split(whereSeparator: \.isNewline).joined(separator: "; ") } ?? ""
        self.init(name: name, verdict: verdict, evidence: complaint.what + why, advice: complaint.next)
    }
}
