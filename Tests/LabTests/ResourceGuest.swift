import Foundation
import RemoteShell
import Testing

@testable import Provisioning

/// A guest of the lab that is there for the resources alone, and the product's own way into it.
final class ResourceGuest: Sendable {
    @TaskLocal static var current: ResourceGuest?

    private static let site = SiteAddress(inventory: "resources", name: "kinds")
    private static let address = "10.2.0.27"
    static let hostname = "kinds.yourdomain.net"

    private let lab: Lab
    private let connection: SSHConnection
    private let engine: Engine

    /// Has the built binary make the guest, with the packages that the kinds are about.
    init(_ lab: Lab) throws {
        self.lab = lab
        let common = try String(contentsOfFile: lab.folder + "/lab.yml", encoding: .utf8)
        let defaults = try #require(common.firstRange(of: "\nsites:\n"))
        let inventory = common[..<defaults.lowerBound]
            .replacing("name: labtests", with: "name: \(Self.site.inventory)", maxReplacements: 1)
        let gateway = try #require(ProcessInfo.processInfo.environment["PVELAB_GUEST_GATEWAY"])
        let site = """

            sites:
              \(Self.site.name):
                guest:
                  template: 100
                  pool: sites
                  hostname: \(Self.hostname)
                  network: {bridge: vmbr0, address: \(Self.address)/24, gateway: \(gateway)}

            """
        try (inventory + site).write(toFile: lab.folder + "/resources.yml", atomically: true, encoding: .utf8)
        try """
        name: ground
        steps:
          - id: packages
            packages:
              names: [postfix, ufw, iptables, cron, openssl, ca-certificates, python3-certbot-dns-rfc2136]
              start: false
              debconf: ["postfix postfix/main_mailer_type select Internet Site"]

        """.write(toFile: lab.folder + "/ground.yml", atomically: true, encoding: .utf8)
        let up = try Self.mxprovision("up", in: lab)
        try #require(up.status == 0, "\(up.output)")

        let folder = try StateDirectory(root: lab.folder + "/state").folder(of: Self.site)
        let id = try #require(try folder.state().guest).id
        connection = try SSHConnection(
            SSHDestination(
                host: Self.address,
                identity: ProcessInfo.processInfo.environment["PVELAB_SSH_KEY"],
                hostKeyAlias: "\(Self.site.name)-\(id)",
                knownHosts: folder.knownHostsPath
            ))
        let ledger = try Ledger(in: StateDirectory(root: lab.folder + "/contracts").folder(of: Self.site))
        engine = Engine(guest: connection, ledger: ledger, report: { _ in })
    }

    func end() async throws {
        await connection.close()
        let teardown = try Self.mxprovision("teardown", "--yes", in: lab)
        #expect(teardown.status == 0, "\(teardown.output)")
    }

    private static func mxprovision(_ command: String, _ more: String..., in lab: Lab) throws -> Lab.Outcome {
        let files = ["--inventory", lab.folder + "/resources.yml", "--playbook", lab.folder + "/ground.yml"]
        let words = [command, site.name] + more + files + ["--state-dir", lab.folder + "/state"]
        return try lab.run(".build/debug/mxprovision", words)
    }

    /// Something that a person does in the guest by hand; a failure fails the test.
    @discardableResult
    func byHand(_ script: Script) async throws -> String {
        let answer = try await connection.query(["set -eu\n\(script)"])[0]
        try #require(answer.exit == 0, "\(script): \(answer.errorText)")
        return answer.text
    }

    func survey(_ steps: [Step]) async throws -> [Assessment] { try await engine.survey(steps).steps.map(\.assessment) }

    /// Brings the guest to what a step says, as a run does it: the engine ends with a survey that must find nothing.
    ///
    /// - Returns: what was changed.
    func mend(_ step: Step) async throws -> [Change] {
        let survey = try await engine.survey([step])
        var changed = try await engine.apply(survey).changed
        // Another suite takes the lab's authority away for a while.
        let deadline = ContinuousClock.now + .seconds(120)
        while changed == 0, step.resource is any Postponable, ContinuousClock.now < deadline {
            changed = try await engine.apply(survey).changed
        }
        guard case .drifted(let changes, _, _, _) = survey.steps[0].assessment else { return [] }
        #expect(changed == 1)
        return changes
    }
}

/// Makes the guest before the first test of a suite, and destroys it after the last.
struct ResourceGuestTrait: SuiteTrait, TestScoping {
    @concurrent func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let guest = try ResourceGuest(Lab())
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
    static var resourceGuest: Self { ResourceGuestTrait() }
}
