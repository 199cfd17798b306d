import Foundation
import TestSupport

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites

/// A small valid inventory, in which tests make mistakes.
enum InventoryText {
    static let hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH+BKcHGBpznz3LmiB9UikNMrNBVNlHEfChbwrLxStLf"
    static let fingerprint = (0..<32).map { $0 < 16 ? "0\(String($0, radix: 16))" : String($0, radix: 16) }
        .joined(separator: ":")

    /// Lines 1 to 5.
    static let head = """
        name: home
        domain: example.net
        primary: {name: mail.example.net, address: 10.1.0.12}
        recipients: [ada@example.net, bob@example.net]
        alerts: ada@elsewhere.example
        """

    /// Lines 6 to 23.
    static let complete = """
        \(head)
        sites:
          one:
            proxmox:
              address: pve1
              node: pve
              fingerprint: \(fingerprint)
              token:
                id: a@pve!up
                env: TOKEN
            guest:
              vmid: 110
              template: 100
              hostname: mx1.example.net
              network:
                bridge: vmbr0
                address: 10.2.0.25/24
            ssh:
              host_key: \(hostKey)

        """

    /// Lines 24 to 27.
    static let secondSite = """
          two:
            proxmox: {address: pve2, node: pve, fingerprint: '\(fingerprint)', token: {id: a@pve!up, env: TOKEN}}
            guest: {vmid: 110, template: 100, hostname: mx2.example.net, network: {bridge: vmbr0, address: 10.3.0.25/24}}
            ssh: {host_key: \(hostKey)}

        """

    /// Returns the example inventory with one commented section enabled, including its parts elsewhere.
    static func example(with part: String) throws -> String {
        let file = URL(filePath: #filePath).appending(path: "../../../../Inventory/three-sites.yml").standardizedFileURL
        var isWithin = false
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
            .map { line in
                guard let comment = line.wholeMatch(of: #/( *)# (.*)/#) else {
                    isWithin = false
                    return String(line)
                }
                if let head = comment.2.wholeMatch(of: #/([a-z]+):(?: +#.*)?/#) { isWithin = head.1 == part }
                return isWithin ? "\(comment.1)\(comment.2)" : String(line)
            }.joined(separator: "\n")
    }

    /// Returns the mistakes in a text as `line: text`; empty if it is valid.
    static func mistakes(in text: String) -> [String] {
        do {
            _ = try Inventory.read(SourceFile(name: "inventory.yml", text: text))
            return []
        } catch { return error.all.map { "\($0.line.map(String.init) ?? "-"): \($0.text)" } }
    }
}
