import Foundation
package import RemoteShell

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable package import Resources
@testable import Sites

/// A kind of resource with all forms of its parameters, and probe results that need a repair.
package struct Sample: Sendable, CustomStringConvertible {
    package let kind: any Resource.Type
    /// The parameters as YAML. Each `%` is a place for arbitrary text.
    package let parameters: [String]
    /// Probe results: absent, drifted, and other states for which the repair differs.
    package let answers: [CommandResult]

    package var description: String { kind.kind }

    package static let all: [Sample] = [
        Sample(Hostname.self, [#"name: "%""#], [.said("old\nhostname other\nhosts absent\n")]),
        Sample(
            Packages.self,
            [#"names: ["%"]"#, #"{names: [a1, b2], debconf: ["%", "%"], start: false}"#],
            [
                .said("", exit: 1, errors: "no packages found matching a1\nno packages found matching b2\n"),
                .said("", exit: 2, errors: "dpkg-query: error: parsing"),
                .said("a1 ii \nb2 ii \ndamaged /usr/sbin/a\n"),
            ]
        ),
        Sample(
            ManagedFile.self,
            [
                #"{path: "%", content: "%"}"#, #"{path: "/etc/%", content: "%"}"#, #"{path: /etc/a, content: "%"}"#,
                #"{path: /etc/a, content: a, owner: "%"}"#, #"{path: /etc/a, content: a, mode: "%"}"#,
            ],
            [.said("", exit: 3), .said("644 root:root\nother\n"), .said("directory\n", exit: 4)]
        ),
        Sample(
            Directory.self,
            [#"path: "%""#, #"path: "/srv/%""#, #"{path: /srv/a, owner: "%"}"#, #"{path: /srv/a, mode: "%"}"#],
            [.said("", exit: 3), .said("700 root:root\n")]
        ),
        Sample(
            Postconf.self,
            [
                #"{parameters: {a: "%"}, services: {smtp/inet/b: "%"}}"#, #"parameters: {"%": a}"#,
                #"services: {"%": a}"#, #"services: {"%/unix/a": b}"#,
            ],
            [
                .said("", exit: 127),
                .said("==\n== 1\n", errors: "postconf: fatal: a"),
                .said(
                    "==\nsmtp inet\n==\na = old\n==\n==\n== 0\n",
                    errors: "warning: main.cf, line 1: overriding earlier entry: a=b"),
            ]
        ),
        Sample(
            LookupTable.self,
            [
                #"{path: "%", keys: [a]}"#, #"{path: "/%", keys: [a]}"#, #"{path: /a, keys: ["%"], value: "%"}"#,
                #"{path: /a, type: lmdb, entries: {a: "%"}}"#, #"{path: /a, type: texthash, entries: {"%": "%"}}"#,
            ],
            [.said("", exit: 3), .said("4 644 a:b\na b\nabsent\n"), .said("4 644 a:b\na b\nnone\n")]
        ),
        Sample(
            RecipientPull.self,
            [
                #"{name: a/b, settings: "%", listed: [a@a.net], \#(pull)"#,
                #"{name: "%", settings: a, listed: [a@a.net], \#(pull)"#,
                #"{name: a/b, settings: a, listed: ["%"], from: ["%"], \#(pull)"#,
            ],
            [
                .said(
                    String(repeating: "absent\n", count: 7)
                        + "ActiveState=inactive UnitFileState=\nabsent\nnever\nnone\n"),
                .said(
                    String(repeating: "other 600 mail:mail\n", count: 6)
                        + "key\nActiveState=active UnitFileState=enabled\nother\nab12\ndenied\n"),
            ]
        ),
        Sample(
            Certificate.self,
            [#"{path: "%", hostname: a.net}"#, #"{path: "/etc/%", hostname: a.net}"#, #"{path: /a, hostname: "%"}"#],
            [.said("", exit: 3), .said("644 root:root\nending\nother\nunpaired\nunordered\nsame\n")]
        ),
        Sample(
            ACMECertificate.self,
            [
                acme.replacing("PATH", with: "%"), acme.replacing("PATH", with: "/etc/%"),
                acme.replacing("a.net", with: "%"), acme.replacing("ops@b.net", with: "%"),
                acme.replacing("ca.net/dir", with: "%"), acme.replacing("}", with: #", reload: "%"}"#),
                acme.replacing("}", with: #", dns: {server: "%", key: "%", secret: {env: "%"}}}"#),
                acme.replacing("}", with: #", dns: {server: 10.0.0.1, key: "%", secret: {file: "%"}}}"#),
            ],
            [
                .said("", exit: 3),
                .said(
                    "https://old.net\nstandalone\nrsa\n\n\n\nold@b.net\n"
                        + "ending\nother\ndifferent\nunhooked\ndistrusting\nbarred\n"),
            ]
        ),
        Sample(
            Service.self,
            [
                #"name: "%""#, #"{name: a, instance: "%"}"#, #"{name: a, restart: "%"}"#, "{name: a, restart: always}",
                #"{name: a, copies: {"/%": "/%"}}"#,
            ],
            [
                .said(
                    "LoadState=loaded\nActiveState=failed\nUnitFileState=\n\n"
                        + "LoadState=loaded\nActiveState=failed\nUnitFileState=\n"),
                .said(
                    "LoadState=loaded\nActiveState=active\nUnitFileState=\n\n"
                        + "LoadState=loaded\nActiveState=active\nUnitFileState=\nother\n"),
            ]
        ),
        Sample(
            CronJob.self,
            [
                #"{name: "%", minutes: 1, run: /bin/true}"#, #"{name: a, minutes: 5, run: ["/bin/%", "%"]}"#,
                #"{name: a, schedule: "%", run: /bin/true}"#, #"{name: a, minutes: 1, user: "%", run: /bin/true}"#,
                #"{name: a, minutes: 1, description: "%", run: /bin/true}"#,
            ],
            [.said("", exit: 3), .said("644 root:root\nother\n")]
        ),
        Sample(
            CronScript.self,
            [#"{name: "%", content: a}"#, #"{name: a, content: "%"}"#, #"{name: a, every: "%", content: a}"#],
            [.said("", exit: 3), .said("644 root:root\nother\n")]
        ),
        Sample(
            Timer.self,
            [
                #"{name: "%", run: /bin/true, minutes: 1}"#, #"{name: a, run: ["/bin/%", "%"], minutes: 5}"#,
                #"{name: a, description: "%", run: [/bin/true], minutes: 5}"#,
            ],
            [
                .said("absent\nabsent\nActiveState=inactive UnitFileState=\n"),
                .said("other 600 a:b\nsame 644 root:root\nActiveState=active UnitFileState=disabled\n"),
            ]
        ),
        Sample(
            AlertChannels.self,
            [
                #"{hostname: "%", channels: {ntfy: {url: "https://a.net/b"}}}"#,
                #"{hostname: a.net, channels: {ntfy: {url: "https://%/b", token: {env: "%"}}}}"#,
                #"{hostname: a.net, channels: {webhook: {url: "https://a.net/%", token: {file: "%"}}}}"#,
                #"{hostname: a.net, channels: {command: ["/bin/%", "%"]}}"#,
                #"{hostname: a.net, channels: {smtp: {host: "%", login: {user: "%", env: A}, from: a@b.net, to: a@b.net}}}"#,
                #"{hostname: a.net, channels: {smtp: {host: b.net, from: "%@b.net", to: ["%@b.net"]}}}"#,
            ],
            [.said("absent\n"), .said("other 644 a:b\nalien $(reboot)\n")]
        ),
        Sample(
            Firewall.self,
            [#"allow: ["%"]"#, "allow: [22/tcp]", "allow: []"],
            [.said("", exit: 3), .said("ENABLED=yes\nDEFAULT_INPUT_POLICY=\"ACCEPT\"\nIPV6=no\nlive\n==\n")]
        ),
        Sample(Command.self, [#"{run: ["%", "%"], unless: ["%", "%"]}"#], [.said("no\n")]),
    ]

    private static let playbooks = URL(filePath: #filePath).appending(path: "../../../Playbooks/files")
        .standardizedFileURL.path(percentEncoded: false)
    private static let pull = """
        source: \(playbooks)/pull-recipients, exporter: \(playbooks)/list-recipients, map: /a, stale_map: /b, every: 15, \
        stale: 24, host: a, domains: [a.net], \
        host_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH+BKcHGBpznz3LmiB9UikNMrNBVNlHEfChbwrLxStLf}
        """
    private static let acme = #"{path: "PATH", hostname: "a.net", email: "ops@b.net", directory: "https://ca.net/dir"}"#

    private init(_ kind: any Resource.Type, _ parameters: [String], _ answers: [CommandResult]) {
        self.kind = kind
        self.parameters = parameters
        self.answers = answers
    }

    /// Returns the resources that result from writing `value` in each `%`. Parameters with a mistake are skipped.
    package func resources(with value: String) throws -> [any Resource] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        // YAML reads a quoted JSON string as the same text.
        let escaped = String(decoding: try encoder.encode(value).dropFirst().dropLast(), as: UTF8.self)
        return try parameters.compactMap { text in
            var parameters = try Parameters(yaml: text.replacing("%", with: escaped))
            let resource = kind.init(&parameters)
            return parameters.mistakes.isEmpty ? resource : nil
        }
    }
}

extension CommandResult {
    package static func said(_ text: String, exit: Int = 0, errors: String = "") -> CommandResult {
        CommandResult(exit: exit, output: Data(text.utf8), errors: Data(errors.utf8))
    }
}
