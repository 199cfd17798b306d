package import Engine

/// A role with checks of its own in `doctor`.
package protocol DiagnosedRole: Role {
    func doctorChecks(of doctor: Doctor, through connections: SiteConnections) async throws -> [VerifiedCheck]
}
