import ConfigurationFiles
import Engine
import Guests
import ProxmoxAPI
import Resources

extension Doctor {
    func rightsTable(
        _ release: Release,
        template: Lookup<LocatedGuest?>?,
        guest: GuestLookup
    ) async throws -> PrivilegeTable {
        let order = try order
        let found = template?.value ?? nil
        let bridges = try await client(.bridges(on: found?.node ?? order.node))
        var table = PrivilegeTable(
            order: order, specification: site.specification, release: release, template: found?.view.options,
            guest: guest.id ?? order.id, isThere: guest.isOurs,
            virtualNetworks: Set(bridges.filter { $0.type == "vnet" }.map(\.name)))
        if case .seen(nil)? = template { table.hasTemplate = false }
        // Rights on a guest that is not ours are irrelevant.
        if case .foreign = guest { table.guest = nil }
        return table
    }

    /// Returns one check per privilege and path.
    func lookAtPrivileges(_ table: PrivilegeTable) async throws -> [VerifiedCheck] {
        let needs = table.needs
        let paths = needs.flatMap { $0.paths + [$0.right.path] }
        let granted = try await GrantedRights.ask(client, on: paths)
        var missing: [Int: Right] = [:]
        for (index, need) in needs.enumerated() where !granted.satisfy(need) {
            // A guest that has left its pool no longer has the rights from the pool.
            let isElsewhere = granted.has(need.right.privilege, on: need.right.path)
            missing[index] = isElsewhere ? Right(need.right.privilege, on: need.paths[0]) : need.right
        }
        var advice: [String: String] = [:]
        for (path, lacked) in Dictionary(grouping: missing.values, by: \.path) {
            let held = needs.filter { $0.right.path == path && granted.satisfy($0) }.map(\.right)
            let kept = try await areInherited(held, at: path) ? held : []
            advice[path] = Self.advice(giving: lacked + kept, to: who, isNew: held.isEmpty)
        }
        return needs.enumerated().map { index, need in
            guard let right = missing[index] else {
                return VerifiedCheck(name: need.right.description, verdict: .pass, evidence: need.purposes)
            }
            return VerifiedCheck(
                name: right.description, verdict: .fail, evidence: "missing; required for \(need.purposes)",
                advice: advice[right.path])
        }
    }

    /// Whether the rights at a path may be inherited. The first role that is granted at the path would override them.
    private func areInherited(_ rights: [Right], at path: String) async throws -> Bool {
        guard !rights.isEmpty else { return false }
        let above = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        let parent = above.isEmpty ? "/" : above
        let granted = try await GrantedRights.ask(client, on: [parent])
        return rights.allSatisfy { granted.has($0.privilege, on: parent) }
    }

    private static func advice(giving rights: [Right], to who: String, isNew: Bool) -> String {
        let pool = rights.first?.path.prefixMatch(of: /\/pool\/(.+)/).map { String($0.1) }
        let creating = pool.map(RefusalAdvice.commands(creatingPool:)) ?? []
        let making = isNew ? creating.map { "\($0)    # if it does not exist yet" } : []
        let commands = making + Right.commands(granting: rights, to: who)
        return "On the node, as root:\n" + commands.map { "    \($0)" }.joined(separator: "\n")
    }
}
