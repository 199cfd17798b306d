import Foundation
import Testing

@testable import Resources

/// Invariant 8: root and the user can read our environment in `/proc/PID/environ` of every child that inherits it, and
/// every user can read a child's arguments.
@Suite(.timeLimit(.minutes(10))) struct `Secrets in our environment` {
    /// The variables that the inventory names, and one that belongs to another program.
    private static let secrets = [
        "MXPROVISION_TOKEN": "secret-token", "MXP_TSIG": "c2VjcmV0LXRzaWctc2VjcmV0LXRzaWctc2VjcmV0LXRzaWc=",
        "MXP_NTFY": "secret-ntfy", "MXP_PASSWORD": "secret-password", "AWS_SECRET_ACCESS_KEY": "secret-other",
    ]
    /// Programs that precede the real ones in the PATH, and record their arguments and environment.
    private static let programs = ["ssh", "ssh-keygen", "dig", "ping", "sh"]

    private func prepare(_ mxprovision: Command) throws {
        let folder = mxprovision.folder
        for name in ["bin", "children"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        func record(_ name: String) -> String {
            "tr '\\0' '\\n' </proc/$$/environ >>\(folder)/children/\(name); tr '\\0' '\\n' </proc/$$/cmdline >>\(folder)/children/\(name)"
        }
        for name in Self.programs {
            let real =
                name == "ssh"
                ? "echo 'ssh: connect to host: Connection refused' >&2; exit 255" : "exec /usr/bin/\(name) \"$@\""
            try mxprovision.write("#!/bin/sh\n\(record(name))\n\(real)\n", to: "bin/\(name)")
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/bin/\(name)")
        }
        try mxprovision.write("no key\n", to: "identity")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(folder)/identity")
        try mxprovision.write("\(record("command"))\necho secret-from-command\n", to: "token")
        let path = "Inventory/three-sites.yml"
        let text = try String(contentsOfFile: "\(folder)/\(path)", encoding: .utf8)
        let changed = text.replacing(
            "\nsites:\n",
            with: """

                dns:
                  resolver: 127.0.0.1
                  authoritative: [127.0.0.1]
                  update: {server: 127.0.0.1, key: {name: k.example, env: MXP_TSIG}}
                alert:
                  - ntfy: {url: "https://127.0.0.1:1/x", token: {env: MXP_NTFY}}
                  - smtp: {host: 127.0.0.1, login: {user: a, env: MXP_PASSWORD}, from: a@b.example, to: c@d.example}
                sites:

                """
        ).replacing("address: 10.3.0.2\n", with: "address: 127.0.0.1\n      port: 1\n")
            .replacing("  tertiary:\n", with: "  tertiary:\n    dns: {addresses: 198.51.100.30}\n")
            .replacing("      via: node\n", with: "      via: node\n      identity: \(folder)/identity\n")
            .replacing(
                #/login:.*\n.*user: .*\n.*file: .*\n/#,
                with: "token: {id: a@pve!up, command: [/bin/sh, \(folder)/token]}\n")
        try mxprovision.write(changed, to: path)
    }

    @Test func `are in no environment and no process argument of a child`() async throws {
        let mxprovision = try Command()
        defer { mxprovision.remove() }
        try prepare(mxprovision)
        var variables = Self.secrets
        variables["PATH"] = "\(mxprovision.folder)/bin:/usr/bin:/bin"
        for words in [["doctor", "--all"], ["dns", "--check", "tertiary"], ["status", "--all"], ["up", "--all"]] {
            let outcome = try await mxprovision(words, with: variables)
            #expect([1, 2].contains(outcome.status), "\(words): \(outcome)")
            for secret in Self.secrets.values {
                #expect(!(outcome.output + outcome.errors).contains(secret), "\(words)")
            }
        }
        let children = mxprovision.folder + "/children"
        let seen = try FileManager.default.contentsOfDirectory(atPath: children).sorted()
        #expect(Set(seen).isSuperset(of: ["command", "dig", "ssh", "ssh-keygen"]), "\(seen)")
        for name in seen {
            let text = try String(contentsOfFile: "\(children)/\(name)", encoding: .utf8)
            #expect(text.contains("HOME=\(mxprovision.folder)\n"), "\(name): \(text)")
            for (variable, secret) in Self.secrets {
                // An operator's own command, as `pass`, may need any variable that the inventory does not name.
                if name == "command", variable == "AWS_SECRET_ACCESS_KEY" { continue }
                #expect(!text.contains(secret) && !text.contains(variable), "\(name) has \(variable)")
            }
            #expect(!text.contains("secret-from-command"), "\(name)")
        }
    }
}
