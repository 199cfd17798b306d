import ConfigurationFiles
import Diagnostics
import Engine
import Foundation
import Guests
import Ingress
import ProxmoxAPI
import RemoteShell
import Resources

extension Provisioner {
    /// Reads the state of the site. Changes nothing.
    public func status() async throws -> SiteStatus { try await reading { try await $0.status($1) } }

    private func status(_ stateStore: StateStore) async throws -> SiteStatus {
        var status = SiteStatus(site: site.name)
        role?.beginStatus(&status, stateStore)
        status.lastRun = try history().last
        status.heldBy = SiteLock.holder(in: folder)
        try await read(into: &status, stateStore)
        status.problems += status.findings
        return status
    }

    /// Reads each part of the status. An error of one part becomes a problem; the other parts are still read.
    private func read(into status: inout SiteStatus, _ stateStore: StateStore) async throws {
        do { status.dns = try await publication?.check() } catch let error as DNSError {
            status.problems.append(ErrorDescription(error).text)
        }
        let found: LocatedGuest?
        do { found = try await provision(stateStore, report).find() } catch let held as SiteLock.Held {
            status.heldBy = status.heldBy ?? held.by
            return
        }
        guard let guest = found else {
            if let lost = stateStore.state.guest {
                status.problems.append(
                    "guest \(lost.id) was deleted outside of mxprovision; `mxprovision up \(site.name)` creates a new one"
                )
            }
            return
        }
        if status.heldBy == nil, let lease = Lease(in: guest.notes), lease.until > host.now {
            status.heldBy = lease.holder
        }
        status.guest = .init(
            id: guest.id.rawValue,
            node: guest.node.description,
            running: guest.view.isRunning,
            address: try? await ownAddress(stateStore)?.description
        )
        for resource in ingressResources(stateStore, { _ in }) {
            // A manually configured port forward is checked from outside, by `verify`.
            if case .manual? = (resource as? RouterRun)?.forwarding { continue }
            do {
                status.ingress.append(.init(name: resource.name, changes: try await resource.plan(for: guest)))
            } catch let error as any LocalizedError {
                status.ingress.append(.init(name: resource.name, problem: ErrorDescription(error).text))
            }
        }
        if let lock = guest.view.lock { status.problems.append("guest \(guest.id) is locked (\(lock))") }
        guard guest.view.isRunning else {
            status.problems.append(
                "guest \(guest.id) is stopped, so its service is down; `mxprovision up \(site.name)` starts it")
            return
        }
        if let change = Self.addressChange(of: guest, to: site) { status.problems.append(change) }
        do { try await readGuest(guest, into: &status, stateStore) } catch let error as any LocalizedError {
            status.problems.append(ErrorDescription(error).text)
        }
    }

    /// Returns a problem if the guest lacks a fixed address of the inventory, else nil.
    private static func addressChange(of guest: LocatedGuest, to site: Site) -> String? {
        let (shown, expected) = (guest.view.addresses, site.specification.addresses)
        guard !shown.isEmpty, !expected.isEmpty, shown != expected else { return nil }
        func text(_ addresses: [IPAddress]) -> String { addresses.map(\.description).joined(separator: ", ") }
        return "guest \(guest.id) has the address \(text(shown)), not the inventory's \(text(expected)); "
            + "`mxprovision up \(site.name)` changes it"
    }

    private func readGuest(_ guest: LocatedGuest, into status: inout SiteStatus, _ stateStore: StateStore) async throws
    {
        let access = access(stateStore, report)
        let connection = try await access.connection(to: guest, on: host)
        let queries = role?.statusQueries(for: site) ?? []
        let answers = try await withConnection(connection, endingWith: { await $0.close() }) {
            try await $0.query([GuestRecordStore().probe, SystemUpdates.question] + queries)
        }
        let record = GuestRecord(answers[0])
        status.pending += record.pending.map(\.description) + (record.needsVerification ? ["verification"] : [])
        role?.readStatus(&status, from: Array(answers.dropFirst(2)), of: site)
        do { status.updates = try SystemUpdates(answers[1]) } catch {
            status.problems.append(ErrorDescription(error).text)
        }
    }
}
