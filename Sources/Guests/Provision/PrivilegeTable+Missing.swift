import ProxmoxAPI

extension GrantedRights {
    package func satisfy(_ need: PrivilegeTable.Need) -> Bool {
        need.paths.contains { has(need.right.privilege, on: $0) }
    }
}

extension PrivilegeTable {
    /// Returns the needs that are not met.
    ///
    /// - Throws: ``APIError``
    func missing(asking client: Client, for step: Step? = nil) async throws -> [Need] {
        let needs = needs.filter { need in step.map { step in need.uses.contains { $0.step == step } } ?? true }
        let granted = try await GrantedRights.ask(client, on: needs.flatMap(\.paths))
        return needs.filter { !granted.satisfy($0) }
    }
}
