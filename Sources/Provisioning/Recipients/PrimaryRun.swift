import RemoteShell

/// The primary as a part of a site: it lets the guest's key in, and forgets it when the guest is gone.
///
/// The key is made in the guest, so it is introduced by the step that needs it, not before the steps.
struct PrimaryRun: SitePart {
    let name = "primary"

    /// `inventory/site`.
    let site: String
    let primary: Inventory.Primary
    let access: PrimaryAccess
    let keys: HostKeyStore
    let report: Report

    func plan(for guest: GuestHost.Found?) async throws -> [Change] { [] }
    func prepare(for guest: GuestHost.Found) async throws -> [Change] { [] }
    func publish(for guest: GuestHost.Found, after proof: ProofSource) async throws -> [Change]? { nil }
    func withdraw(from guest: GuestHost.Found?, now: Bool) async throws -> [Change] { [] }

    /// Makes the primary know the guest; where people do that, tells them what to install.
    ///
    /// - Throws: `ShellError`, ``PrimaryError``
    func introduce(_ acquaintance: Acquaintance) async throws {
        guard access.user != nil else {
            report(.note("the primary is to let the guest in by this line in authorized_keys: \(acquaintance.line)"))
            let words = site.split(separator: "/").last ?? ""
            report(.note("`mxprovision recipients \(words) --script` prints what installs it there, for root's shell"))
            return
        }
        try await run(acquaintance.script)
    }

    func forget() async throws -> [Change] {
        guard access.user != nil else {
            report(.note("the line that ends in mxprovision:\(site) may go from the primary's authorized_keys"))
            return []
        }
        try await run(RecipientExporter.farewell(to: site))
        return [Change("login on the primary", from: "allowed", to: nil)]
    }

    private func run(_ script: Script) async throws {
        let shell = try access.shell(on: primary, keys)
        report(.sent(script: script.description))
        let answer: Completion
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
    /// A shell on the primary, known by the host key that the inventory pins; contacts nothing yet.
    func shell(on primary: Inventory.Primary, _ keys: HostKeyStore) throws -> SSHShell {
        let alias = "primary-\(primary.address)"
        try keys.pin([hostKey.description], as: alias)
        return try SSHShell(
            SSHDestination(
                host: address ?? primary.address.description,
                user: user ?? "root",
                port: port,
                identity: identity,
                jump: jump,
                hostKeyAlias: alias,
                knownHosts: keys.path
            ))
    }
}
