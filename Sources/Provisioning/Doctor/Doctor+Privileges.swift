import ProxmoxAPI

extension Doctor {
    func rightsTable(
        _ release: Release,
        template: Sight<GuestHost.Found?>?,
        guest: GuestSight
    ) async throws -> PrivilegeTable {
        let order = try order
        let found = template?.value ?? nil
        let bridges = try await client(.bridges(on: found?.node ?? order.node))
        var table = PrivilegeTable(
            order: order, specification: site.specification, release: release, template: found?.view.options,
            guest: guest.id ?? order.id, isThere: guest.isOurs,
            virtualNetworks: Set(bridges.filter { $0.type == "vnet" }.map(\.name)))
        if case .seen(nil)? = template { table.hasTemplate = false }
        // What may be done with another's guest says nothing.
        if case .foreign = guest { table.guest = nil }
        return table
    }

    /// One check a privilege and path.
    func lookAtPrivileges(_ table: PrivilegeTable) async throws -> [VerifiedCheck] {
        let needs = table.needs
        let paths = needs.flatMap { $0.paths + [$0.right.path] }
        let granted = try await GrantedRights.ask(client, on: paths)
        var missing: [Int: Right] = [:]
        for (index, need) in needs.enumerated() where !granted.satisfy(need) {
            // A guest that has left its pool has lost what the pool gave.
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
                name: right.description, verdict: .fail, evidence: "missing for \(need.purposes)",
                advice: advice[right.path])
        }
    }

    /// Whether rights at a path may have come from above it, and would be lost with the first role that is given there.
    private func areInherited(_ rights: [Right], at path: String) async throws -> Bool {
        guard !rights.isEmpty else { return false }
        let above = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        let parent = above.isEmpty ? "/" : above
        let granted = try await GrantedRights.ask(client, on: [parent])
        return rights.allSatisfy { granted.has($0.privilege, on: parent) }
    }

    private static func advice(giving rights: [Right], to who: String, isNew: Bool) -> String {
        let pool = rights.first?.path.prefixMatch(of: /\/pool\/(.+)/).map { String($0.1) }
        let making = isNew ? pool.map { ["pveum pool add \($0)    # where it is not there yet"] } ?? [] : []
        let commands = making + Right.commands(granting: rights, to: who)
        return "On the node, as root:\n" + commands.map { "    \($0)" }.joined(separator: "\n")
    }
}
