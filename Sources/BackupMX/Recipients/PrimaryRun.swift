import Alerts
import ConfigurationFiles
import Engine
import Guests
import Ingress
import RemoteShell
import Resources
import Sites

/// The primary as a resource of a site: it authorizes the guest's key, and removes it after the guest was deleted.
///
/// The key is created in the guest. The step that needs the key therefore enrolls it, not a step before.
struct PrimaryRun: ExternalResource {
    let name = "primary"

    /// `inventory/site`.
    let site: String
    let primary: PrimaryServer
    let access: PrimaryAccess
    let keys: HostKeyStore
    let report: EventHandler

    func plan(for guest: LocatedGuest?) async throws -> [Change] { [] }
    func prepare(for guest: LocatedGuest) async throws -> [Change] { [] }
    func publish(for guest: LocatedGuest, after proof: ProofSource) async throws -> [Change]? { nil }
    func withdraw(from guest: LocatedGuest?, now: Bool) async throws -> [Change] { [] }

    /// Authorizes the guest's key on the primary, or reports what to install if this is done manually.
    ///
    /// - Throws: `ShellError`, ``PrimaryError``
    func introduce(_ keyEnrollment: KeyEnrollment) async throws {
        guard access.user != nil else {
            report(.note("add this line to the primary's authorized_keys: \(keyEnrollment.line)"))
            let words = site.split(separator: "/").last ?? ""
            report(.note("or run the output of `mxprovision recipients \(words) --script` as root on the primary"))
            return
        }
        try await run(keyEnrollment.script)
    }

    func forget() async throws -> [Change] {
        guard access.user != nil else {
            report(.note("remove the line that ends in mxprovision:\(site) from the primary's authorized_keys"))
            return []
        }
        try await run(RecipientExporter.farewell(to: site))
        return [Change("login on the primary", from: "allowed", to: nil)]
    }

    private func run(_ script: Script) async throws {
        let shell = try access.shell(on: primary, keys)
        report(.sent(script: script.description))
        let answer: CommandResult
        do {
            answer = try await shell.run(script)
        } catch {
            await shell.close()
            throw error
        }
        await shell.close()
        guard answer.exit == 0 else {
            throw PrimaryError.scriptFailed(primary: primary.name.description, exit: answer.exit, errors: answer.tail)
        }
    }
}

extension PrimaryAccess {
    /// Returns a shell on the primary with the host key that the inventory pins. Connects to nothing yet.
    func shell(on primary: PrimaryServer, _ keys: HostKeyStore) throws -> SSHShell {
        let alias = "primary-\(primary.address)"
        try keys.pin([hostKey.description], as: alias)
        var destination = SSHDestination(
            host: address ?? primary.address.description,
            user: user ?? "root",
            port: port,
            identity: identity,
            jump: jump,
            hostKeyAlias: alias,
            knownHosts: keys.path
        )
        destination.isPortDefault = isPortDefault
        return try SSHShell(destination)
    }
}
