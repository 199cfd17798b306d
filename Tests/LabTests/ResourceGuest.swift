import Foundation
import RemoteShell
import Testing

@testable import Alerts
@testable import BackupMX
@testable import Engine
@testable import Guests
@testable import Resources
@testable import Sites

/// A guest of the lab that is used only for resources, and the product's own connection to it.
final class ResourceGuest: Sendable {
    @TaskLocal static var current: ResourceGuest?

    static let hostname = "kinds.yourdomain.net"

    private let lab: Lab
    private let site: SiteAddress
    private let connection: SSHConnection
    private let engine: Engine

    /// Creates the guest with the built binary and installs the packages of the resource kinds.
    init(_ lab: Lab, from release: ResourceContract.Release) throws {
        self.lab = lab
        site = SiteAddress(inventory: "resources", name: "kinds-\(release.rawValue)")
        let address = release == .debian12 ? "10.2.0.27" : "10.2.0.48"
        let common = try String(contentsOfFile: lab.folder + "/lab.yml", encoding: .utf8)
        let defaults = try #require(common.firstRange(of: "\nsites:\n"))
        let inventory = common[..<defaults.lowerBound]
            .replacing("name: labtests", with: "name: \(site.inventory)", maxReplacements: 1)
        let gateway = try #require(ProcessInfo.processInfo.environment["PVELAB_GUEST_GATEWAY"])
        let sites = """

            sites:
              \(site.name):
                guest:
                  template: \(release.rawValue)
                  pool: sites
                  hostname: \(Self.hostname)
                  network: {bridge: vmbr0, address: \(address)/24, gateway: \(gateway)}

            """
        try (inventory + sites).write(toFile: lab.folder + "/resources.yml", atomically: true, encoding: .utf8)
        try """
        name: ground
        steps:
          - id: packages
            packages:
              names: [postfix, ufw, iptables, cron, openssl, ca-certificates, python3-certbot-dns-rfc2136]
              start: false
              debconf: ["postfix postfix/main_mailer_type select Internet Site"]

        """.write(toFile: lab.folder + "/ground.yml", atomically: true, encoding: .utf8)
        let up = try Self.mxprovision("up", for: site, in: lab)
        try #require(up.status == 0, "\(up.output)")

        let folder = try StateDirectory(root: lab.folder + "/state").folder(of: site)
        let id = try #require(try folder.state().guest).id
        connection = try SSHConnection(
            SSHDestination(
                host: address,
                identity: ProcessInfo.processInfo.environment["PVELAB_SSH_KEY"],
                hostKeyAlias: "\(site.name)-\(id)",
                knownHosts: folder.knownHostsPath
            ))
        let stateStore = try StateStore(in: StateDirectory(root: lab.folder + "/contracts").folder(of: site))
        engine = Engine(guest: connection, stateStore: stateStore, report: { _ in })
    }

    func end() async throws {
        await connection.close()
        let teardown = try Self.mxprovision("teardown", "--yes", for: site, in: lab)
        #expect(teardown.status == 0, "\(teardown.output)")
    }

    private static func mxprovision(_ command: String, _ more: String..., for site: SiteAddress, in lab: Lab) throws
        -> Lab.Outcome
    {
        let files = ["--inventory", lab.folder + "/resources.yml", "--playbook", lab.folder + "/ground.yml"]
        let words = [command, site.name] + more + files + ["--state-dir", lab.folder + "/state"]
        return try lab.run(".build/debug/mxprovision", words)
    }

    /// How long a deferred repair is repeated. On a loaded machine a request of certbot can fail, and it repeats none.
    private static let deferralLimit: Duration = .seconds(120)

    /// Runs a script in the guest as a manual change. A failure fails the test.
    @discardableResult
    func byHand(_ script: Script) async throws -> String {
        let answer = try await connection.query(["set -eu\n\(script)"])[0]
        try #require(answer.exit == 0, "\(script): \(answer.errorText)")
        return answer.text
    }

    /// Runs a step's repair script as a manual change, again while it defers itself.
    func byHand(_ repair: Script, of step: Step) async throws {
        let script: Script = "set -eu\n\(repair)"
        var answer = try await connection.query([script])[0]
        let deadline = ContinuousClock.now + Self.deferralLimit
        while answer.exit == Postponement.exit, step.resource is any Deferrable, ContinuousClock.now < deadline {
            answer = try await connection.query([script])[0]
        }
        try #require(answer.exit == 0, "\(repair): \(answer.errorText)")
    }

    func survey(_ steps: [Step]) async throws -> [Assessment] { try await engine.survey(steps).steps.map(\.assessment) }

    /// Applies a step as a run does. The engine ends with a survey, which must find no drift.
    ///
    /// - Returns: The changes.
    func mend(_ step: Step) async throws -> [Change] {
        let survey = try await engine.survey([step])
        var changed = try await engine.apply(survey).changed
        let deadline = ContinuousClock.now + Self.deferralLimit
        while changed == 0, step.resource is any Deferrable, ContinuousClock.now < deadline {
            changed = try await engine.apply(survey).changed
        }
        guard case .drifted(let changes, _, _, _) = survey.steps[0].assessment else { return [] }
        #expect(changed == 1)
        return changes
    }
}

/// Creates the guest before the first test of a suite, and destroys it after the last one.
struct ResourceGuestTrait: SuiteTrait, TestScoping {
    var release: ResourceContract.Release

    @concurrent func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let guest = try ResourceGuest(Lab(), from: release)
        do {
            try await ResourceGuest.$current.withValue(guest) { try await function() }
        } catch {
            try await guest.end()
            throw error
        }
        try await guest.end()
    }
}

extension Trait where Self == ResourceGuestTrait {
    static func resourceGuest(_ release: ResourceContract.Release) -> Self { ResourceGuestTrait(release: release) }
}
