import ConfigurationFiles
package import Engine
import Foundation
import Guests
package import ProxmoxAPI
import Resources

extension Doctor {
    /// The releases that the tests cover.
    static let tested = [Release(8, 4), Release(9, 2)]
    /// The oldest release with a known API (proxmox-api: `differences`).
    package static let oldest = Release(7, 4)
    /// The first release with `GET …/lxc/{vmid}/interfaces` (pve-container 5.0.6).
    package static let interfaces = Release(8, 1)
    /// The remaining days at which pve-manager renews its own certificate (bin/pveupdate).
    private static let renewal = 14

    /// - Returns: The checks, and the release if the remaining API checks are possible.
    func lookAtAPI() async throws -> ([VerifiedCheck], Release?) {
        let address = VerifiedCheck(
            name: "address", verdict: .pass, evidence: "\(site.proxmox.host) port \(site.proxmox.port) is reachable")
        let version: Version
        do { version = try await client(.version()) } catch let error as APIError {
            // A host that rejects our credentials was reached, and its certificate was verified.
            if case .unauthorized = error {
                return ([address, Self.trusted(), VerifiedCheck(credential, .fail, error), Self.deferred], nil)
            }
            return ([VerifiedCheck(Self.subject(of: error), .fail, error), Self.deferred], nil)
        }
        let reached = [
            address, try await certificate(),
            VerifiedCheck(name: credential, verdict: .pass, evidence: "authenticated as \(who)"),
        ]
        guard let release = version.number else {
            throw APIError.unreadable(call: "GET /version", reason: "`\(version.release)` is not a version number")
        }
        let node = try await nodeCheck()
        let checks = reached + [check(of: release, version.version), node]
        return checks.contains { $0.verdict == .fail } ? (checks + [Self.deferred], nil) : (checks, release)
    }

    private static let deferred = VerifiedCheck(
        name: "other Proxmox checks", verdict: .warn, evidence: "skipped; fix the failed check first")

    private static func trusted(_ why: String = "trusted by the inventory") -> VerifiedCheck {
        VerifiedCheck(name: "certificate", verdict: .pass, evidence: why)
    }

    private var credential: String {
        if case .token = site.proxmox.credential { return "token" }
        return "login"
    }

    private static func subject(of error: APIError) -> String {
        switch error {
        case .unreachable, .answerLost: "address"
        case .untrusted, .authorityUnreadable: "certificate"
        default: "version"
        }
    }

    /// Checks the certificate. A pinned certificate is valid, because the connection succeeded, but it may be renewed
    /// soon.
    private func certificate() async throws -> VerifiedCheck {
        guard case .fingerprint(let pinned) = site.proxmox.trust else {
            return Self.trusted("signed by the inventory's CA")
        }
        guard let end = try await end(of: pinned) else { return Self.trusted() }
        return check(ofCertificateUntil: end)
    }

    /// - Parameter end: The expiry in seconds since 1970.
    package func check(ofCertificateUntil end: Int) -> VerifiedCheck {
        let days = Int(Date(timeIntervalSince1970: Double(end)).timeIntervalSince(now)) / 86400
        guard days < 2 * Self.renewal else {
            return Self.trusted("pinned, valid for \(days) days")
        }
        return VerifiedCheck(
            name: "certificate", verdict: .warn,
            evidence: "pinned, valid for \(days) days; Proxmox renews it \(Self.renewal) days before it expires",
            advice:
                "After the renewal, copy the new fingerprint from `pvenode cert info` on the node, or set `ca:` instead."
        )
    }

    /// Returns the pinned certificate's expiry in seconds since 1970, or nil if the node does not report it: the
    /// address may belong to another node of the cluster.
    private func end(of pinned: Fingerprint) async throws -> Int? {
        do {
            return try await client(.certificates(on: order.node))
                .first { $0.fingerprint?.uppercased() == pinned.description }?.notAfter
        } catch is APIError { return nil }
    }

    package func check(of release: Release, _ version: String) -> VerifiedCheck {
        let tested = Self.tested.map(\.description).joined(separator: " and ")
        if release < Self.oldest {
            return VerifiedCheck(
                name: "version", verdict: .fail,
                evidence: "Proxmox VE \(version) is not supported; \(Self.oldest) or later is required",
                advice: "Upgrade the node. Tested versions: \(tested).")
        }
        if release < Self.interfaces, site.address == nil {
            return VerifiedCheck(
                name: "version", verdict: .fail,
                evidence:
                    "Proxmox VE \(version) does not report the guest's DHCP address; \(Self.interfaces) or later does",
                advice: "Set a static `network: address:` for the guest, or upgrade the node.")
        }
        guard Self.tested.contains(release) else {
            return VerifiedCheck(
                name: "version", verdict: .warn,
                evidence: "Proxmox VE \(version) is not tested; tested versions: \(tested)")
        }
        return VerifiedCheck(name: "version", verdict: .pass, evidence: "Proxmox VE \(version)")
    }

    private func nodeCheck() async throws -> VerifiedCheck {
        let nodes = try await client(.nodes())
        let name = try order.node
        guard let node = nodes.first(where: { $0.node == name }) else {
            let known = nodes.map { "`\($0.node)`" }.joined(separator: ", ")
            return VerifiedCheck(
                name: "node", verdict: .fail, evidence: "`\(name)` does not exist; available: \(known)",
                advice: "Set `proxmox: node:` to the node for the guest.")
        }
        return VerifiedCheck(
            name: "node", verdict: node.status == "online" ? .pass : .fail, evidence: "\(name) is \(node.status)")
    }
}
