import Foundation

/// The data that an operator needs to use the lab, as KEY=VALUE lines of a file that a shell can read.
struct LabEnvironment: Sendable {
    static let names = [
        "PVELAB_API", "PVELAB_NODE", "PVELAB_FINGERPRINT", "PVELAB_CA", "PVELAB_TOKEN_ID", "PVELAB_TOKEN_FILE",
        "PVELAB_SSH_KEY", "PVELAB_TEMPLATE_HOST_KEY", "PVELAB_NODE_HOST_KEY", "PVELAB_NODE_ADDRESS",
        "PVELAB_GUEST_ADDRESS", "PVELAB_GUEST_GATEWAY", "PVELAB_PRIMARY_ADDRESS", "PVELAB_PRIMARY_HOST_KEY",
        "PVELAB_NAMESERVER", "PVELAB_DOMAIN", "PVELAB_RELEASE", "PVELAB_ROUTER_ADDRESS", "PVELAB_ROUTER_FINGERPRINT",
        "PVELAB_ROUTER_KEY_FILE", "PVELAB_ROUTER_USER", "PVELAB_ROUTER_PASSWORD_FILE", "PVELAB_PUBLIC_ADDRESS",
        "PVELAB_TSIG_NAME", "PVELAB_TSIG_FILE", "PVELAB_ACME_TSIG_NAME", "PVELAB_ACME_TSIG_FILE",
        "PVELAB_HIDDEN_PRIMARY", "PVELAB_HIDDEN_ZONES", "PVELAB_HIDDEN_TSIG_NAME", "PVELAB_HIDDEN_TSIG_FILE",
        "PVELAB_ACME_DIRECTORY", "PVELAB_ACME_CA", "PVELAB_ACME_ROOT",
        "PVELAB_HOOKS", "PVELAB_RELAY", "PVELAB_RELAY_USER", "PVELAB_RELAY_PASSWORD_FILE", "PVELAB_ELSEWHERE_CA",
    ]

    var values: [String: String]

    static func read(_ folder: LabFolder) throws -> LabEnvironment {
        let lines = try LabFolder.read(folder.environmentFile).split(separator: "\n")
        return LabEnvironment(
            values: Dictionary(
                lines.compactMap { line in
                    let parts = line.split(separator: "=", maxSplits: 1)
                    return parts.count == 2 ? (String(parts[0]), parts[1].trimmingCharacters(in: ["'"])) : nil
                },
                uniquingKeysWith: { $1 }
            )
        )
    }

    func write(_ folder: LabFolder) throws {
        let text = Self.names.map { "\($0)='\(values[$0] ?? "")'\n" }.joined()
        try LabFolder.write(text, to: folder.environmentFile)
    }

    subscript(_ name: String) -> String { values[name] ?? "" }
}
