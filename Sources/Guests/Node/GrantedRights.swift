import Engine
package import ProxmoxAPI

/// The caller's permissions as the node evaluates them, for each path, including those inherited from above and from a
/// pool.
package struct GrantedRights: Sendable {
    private var permissions: [String: Permissions] = [:]

    /// Sends one GET request per path, which needs no privilege.
    ///
    /// - Throws: ``APIError``
    package static func ask(_ client: Client, on paths: [String]) async throws -> GrantedRights {
        var rights = GrantedRights()
        for path in paths where rights.permissions[path] == nil {
            rights.permissions[path] = try await client(.permissions(on: path))
        }
        return rights
    }

    package func has(_ privilege: String, on path: String) -> Bool {
        permissions[path]?.grants(privilege, on: path) ?? false
    }
}
