import Foundation
import RemoteShell

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites

extension ResourceContract {
    private static let folder = "/etc/mxprovision/recipients"
    private static let state = "/var/lib/mxprovision/recipients"
    private static let program = "/usr/local/lib/mxprovision/pull-recipients"
    private static let table = "/etc/postfix/contract-recipients"
    private static let timer = "/etc/systemd/system/mxprovision-recipients.timer"
    private static let files = URL(filePath: #filePath).appending(path: "../../../Playbooks/files").standardizedFileURL
        .path(percentEncoded: false)

    /// A program in the place of ssh simulates the primary. It returns the response that the real script seals.
    static let ofRecipients: [ResourceContract] = [
        ResourceContract(
            RecipientPull.self,
            "of a primary that answers",
            """
            {name: a/b, source: \(files)/pull-recipients, exporter: \(files)/list-recipients, settings: a, host: 10.1.0.12,
            host_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH+BKcHGBpznz3LmiB9UikNMrNBVNlHEfChbwrLxStLf, map: \(table),
            stale_map: \(table)-stale, domains: [a.example], listed: [postmaster@a.example, abuse@a.example], every: 15, stale: 24}
            """,
            absence: """
                systemctl disable --quiet --now mxprovision-recipients.timer 2>/dev/null || true
                rm -rf \(folder) \(state) \(program) \(table) \(table + ".db") \(table + "-stale") \(table + "-stale.db")
                rm -f /etc/systemd/system/mxprovision-recipients.*
                systemctl daemon-reload
                \(primary)
                """,
            missing: [Change("recipient-pull", from: nil, to: "every 15 min")],
            managed: files(
                program, folder + "/settings", folder + "/listed", folder + "/known_hosts", folder + "/key", timer,
                table,
                table + ".db", table + "-stale.db", state + "/snapshot", state + "/pulled"
            ),
            drifts: [
                Drift("rm \(table + ".db")", Change(table, from: nil, to: "the primary's")),
                Drift(
                    "echo 'evil@a.example OK' >\(table); postmap \("hash:" + table)",
                    Change(table, from: "different entries", to: "the primary's")
                ),
                Drift("chmod 666 \(folder + "/listed")", Change("mode of \(folder)/listed", from: "666", to: "0644")),
                Drift(
                    "rm \(folder + "/key")",
                    Change(folder + "/key", from: nil, to: "a new key of the guest")
                ),
                Drift(
                    "systemctl disable --quiet --now mxprovision-recipients.timer",
                    Change("mxprovision-recipients.timer", from: "off", to: "every 15 min")
                ),
                Drift("rm \(timer)", Change(timer, from: nil, to: "172 bytes")),
                Drift(
                    "sed -i 's/^version=.*/version=0/' \(state + "/pulled")",
                    Change("list-recipients on the primary", from: "another version", to: "this version")
                ),
                Drift(
                    "echo '1 denied Permission denied' >\(state + "/trouble")",
                    Change("login on the primary", from: "denied", to: "allowed")
                ),
            ]
        )
    ]

    private static let primary: Script = """
        cat >/usr/local/bin/ssh <<'EOF'
        #!/bin/sh
        frame() { printf '%s\\n' \("mxprovision-recipients 1 " + version) 'source command 1' 'left-out 0' 'address you@a.example'; }
        frame
        sum=$(frame | sha256sum)
        echo "end 1 ${sum%% *}"
        EOF
        chmod 755 /usr/local/bin/ssh
        """

    /// The version of the script and the settings that the contract's primary would have.
    private static let version = RecipientExporter(
        script: (try? String(contentsOfFile: files + "/list-recipients", encoding: .utf8)) ?? "", settings: "a",
        from: []
    ).version
}
