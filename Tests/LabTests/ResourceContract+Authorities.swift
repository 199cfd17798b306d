import Foundation
import RemoteShell

@testable import Alerts
@testable import BackupMX
@testable import Engine
@testable import Resources
@testable import Sites

extension ResourceContract {
    private static let chain = "/etc/postfix/acme/o'chain $(reboot).pem"
    private static let name = ResourceGuest.hostname
    private static let settings = "/etc/letsencrypt/renewal/\(name).conf"
    private static let directory = lab("ACME_DIRECTORY")
    private static let order = "from \(directory) by dns-01"

    private static func lab(_ name: String) -> String { ProcessInfo.processInfo.environment["PVELAB_\(name)"] ?? "" }

    /// Resources that external services issue.
    static let ofAuthorities: [ResourceContract] = [
        ResourceContract(
            ACMECertificate.self,
            "by the zone, with a strange path",
            #"""
            path: "\#(chain)"
            hostname: \#(name)
            directory: "\#(directory)"
            email: ops@sender.example
            authorities: ["\#(lab("ACME_CA"))"]
            dns:
              server: \#(lab("NAMESERVER"))
              key: \#(lab("TSIG_NAME"))
              secret: {file: "\#(lab("TSIG_FILE"))"}
              propagation: 0
            """#,
            absence: "rm -rf /etc/letsencrypt /etc/postfix/acme",
            missing: [Change("certificate", from: nil, to: order)],
            managed: """
                \(files(
                    chain, settings, "/etc/letsencrypt/live/\(name)/fullchain.pem", ACMECertificate.hookPath,
                    ACMECertificate.credentialsPath, ACMECertificate.accountPath, ACMECertificate.authorityPath))
                """,
            drifts: [
                Drift(
                    "rm \(chain)", Change(chain, from: "missing or different certificate", to: "the issued certificate")
                ),
                Drift(
                    "echo reboot >>\(ACMECertificate.hookPath); chmod 644 \(ACMECertificate.credentialsPath)",
                    Change(
                        ACMECertificate.hookPath, from: "missing or other content",
                        to: "copies new certificates to \(chain)"),
                    Change(
                        ACMECertificate.credentialsPath, from: "different", to: "the key \(lab("TSIG_NAME"))")
                ),
                Drift(
                    "rm \(ACMECertificate.authorityPath); update-ca-certificates 2>/dev/null",
                    Change("trusted authorities", from: "different", to: "as configured")
                ),
                Drift(
                    "echo old@sender.example >\(ACMECertificate.accountPath)",
                    Change("account", from: "old@sender.example", to: "ops@sender.example")
                ),
                Drift(
                    "sed -i 's/^authenticator = .*/authenticator = standalone/; s/^key_type = .*/key_type = rsa/' \(settings)",
                    Change("challenge", from: "http-01", to: "dns-01"),
                    Change("key type", from: "rsa", to: "ecdsa")
                ),
                Drift("rm \(settings)", Change("certificate", from: nil, to: order)),
            ]
        )
    ]
}
