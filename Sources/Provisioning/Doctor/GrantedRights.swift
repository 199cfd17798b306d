import ConfigurationFiles
import Engine
import ProxmoxAPI

/// The caller's permissions as the node evaluates them, for each path, including those inherited from above and from a
/// pool.
struct GrantedRights: Sendable {
    private var permissions: [String: Permissions] = [:]

    /// Sends one GET request per path, which needs no privilege.
    ///
    /// - Throws: ``APIError``
    static func ask(_ client: Client, on paths: [String]) async throws -> GrantedRights {
        var rights = GrantedRights()
        for path in paths where rights.permissions[path] == nil {
            rights.permissions[path] = try await client(.permissions(on: path))
        }
        return rights
    }

    func has(_ privilege: String, on path: String) -> Bool {
        permissions[path]?.grants(privilege, on: path) ?? false
    }

    func satisfy(_ need: PrivilegeTable.Need) -> Bool {
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
