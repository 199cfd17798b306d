import RemoteShell

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites

extension ResourceContract {
    /// Resource kinds that every host can have.
    static let ofAHost: [ResourceContract] = [
        ResourceContract(
            Hostname.self,
            "another name than Proxmox's",
            "name: kinds.other.example",
            absence: """
                hostname before
                echo before >/etc/hostname
                sed -i -e '/ # mxprovision$/d' -e '/before$/d' /etc/hosts
                echo '127.0.1.2 before.example before' >>/etc/hosts
                """,
            missing: [
                Change("hostname", from: "before", to: "kinds"),
                Change("full name", from: "before.example", to: "kinds.other.example"),
                Change("/etc/hostname", from: "other content", to: "kinds"),
            ],
            managed: "hostname; \(files("/etc/hostname", "/etc/hosts"))",
            drifts: [
                Drift(
                    "sed -i '/ # mxprovision$/d' /etc/hosts",
                    Change("full name", from: "kinds.yourdomain.net", to: "kinds.other.example")
                ),
                Drift(
                    "hostname before",
                    Change("hostname", from: "before", to: "kinds"),
                    Change("full name", from: "before.example", to: "kinds.other.example")
                ),
            ]
        ),
        ResourceContract(
            Packages.self,
            "one with a strange answer for debconf",
            #"{names: [cron], start: false, debconf: ["cron cron/x string o'brien \"$(touch /srv/strange)\" %s"]}"#,
            absence: "dpkg --purge cron 2>/dev/null",
            missing: [Change("cron", from: nil, to: "installed")],
            managed: "[ ! -e /srv/strange ]; \(files("/usr/sbin/cron", "/var/lib/dpkg/status"))",
            drifts: [Drift("dpkg --remove cron", Change("cron", from: nil, to: "installed"))]
        ),
        ResourceContract(
            Timer.self,
            "a program with strange words",
            ##"{name: contract, description: 100 % o'brien, run: [/bin/echo, "$HOME %n", "a \"b\" \\ c"], minutes: 60}"##,
            absence: """
                systemctl disable --quiet --now contract.timer 2>/dev/null || true
                rm -f /etc/systemd/system/contract.*
                systemctl daemon-reload
                """,
            missing: [
                Change("/etc/systemd/system/contract.service", from: nil, to: "221 bytes"),
                Change("/etc/systemd/system/contract.timer", from: nil, to: "135 bytes"),
                Change("contract.timer", from: "off", to: "every 60 min"),
            ],
            managed: """
                systemctl start contract.service
                journalctl --unit contract --identifier echo --output cat | sort -u | grep -Fx '$HOME %n a "b" \\ c'
                systemctl is-active contract.timer
                \(files("/etc/systemd/system/contract.service", "/etc/systemd/system/contract.timer"))
                """,
            drifts: [
                Drift(
                    "systemctl stop contract.timer",
                    Change("contract.timer", from: "off", to: "every 60 min")
                ),
                Drift(
                    "chmod 600 /etc/systemd/system/contract.timer",
                    Change("mode of /etc/systemd/system/contract.timer", from: "600", to: "0644")
                ),
            ]
        ),
        ResourceContract(
            AlertChannels.self,
            "a relay, a topic and a program",
            """
            hostname: kinds.yourdomain.net
            channels:
              - smtp: {host: smtp.relay.example, login: {user: a"b, command: [/usr/bin/printf, 'o''brien$(reboot)']}, from: a@b.net, to: c@d.net}
              - ntfy: {url: "https://ntfy.example/topic", token: {command: [/bin/echo, hunter2]}}
              - command: [/bin/echo, "two  words", $(reboot)]
            """,
            absence: "rm -rf /etc/mxprovision/alert",
            missing: ["smtp", "ntfy", "command"].map {
                Change("/etc/mxprovision/alert/\($0)", from: nil, to: "expected content")
            },
            managed: """
                grep -qxF 'user = "a\\"b:o'\\''brien$(reboot)"' /etc/mxprovision/alert/smtp
                stat -c %a /etc/mxprovision/alert | grep -qx 700
                \(files("/etc/mxprovision/alert/smtp", "/etc/mxprovision/alert/ntfy", "/etc/mxprovision/alert/command"))
                """,
            drifts: [
                Drift(
                    "chmod 644 /etc/mxprovision/alert/smtp",
                    Change("mode of /etc/mxprovision/alert/smtp", from: "644", to: "0600")
                ),
                Drift(
                    "sed -i s/hunter2/hunter3/ /etc/mxprovision/alert/ntfy; : >/etc/mxprovision/alert/slack",
                    Change("/etc/mxprovision/alert/ntfy", from: "other content", to: "expected content"),
                    Change("/etc/mxprovision/alert/slack", from: "present", to: nil)
                ),
            ]
        ),
        ResourceContract(
            CronJob.self,
            "a program with strange words",
            ##"{name: contract, minutes: 1, run: [/bin/echo, "$HOME %n", "a \"b\" \\ \\% c"]}"##,
            absence: "rm -f /etc/cron.d/contract; systemctl enable --quiet --now cron",
            missing: [Change("/etc/cron.d/contract", from: nil, to: "247 bytes")],
            managed: """
                for second in $(seq 70); do
                    journalctl --identifier contract --output cat | grep -qFx '$HOME %n a "b" \\ \\% c' && break
                    sleep 1
                done
                journalctl --identifier contract --output cat | sort -u | grep -Fx '$HOME %n a "b" \\ \\% c'
                \(files("/etc/cron.d/contract"))
                """,
            drifts: [
                Drift(
                    "chmod 666 /etc/cron.d/contract",
                    Change("mode of /etc/cron.d/contract", from: "666", to: "0644")
                ),
                Drift("rm /etc/cron.d/contract", Change("/etc/cron.d/contract", from: nil, to: "247 bytes")),
            ]
        ),
        ResourceContract(
            CronScript.self,
            "an hourly one",
            ##"{name: contract, content: "#!/bin/sh\necho \"$(date)\" '%s'\n"}"##,
            absence: "rm -f /etc/cron.hourly/contract",
            missing: [Change("/etc/cron.hourly/contract", from: nil, to: "30 bytes")],
            managed: "run-parts --test /etc/cron.hourly; \(files("/etc/cron.hourly/contract"))",
            drifts: [
                Drift(
                    "chmod a-x /etc/cron.hourly/contract",
                    Change("mode of /etc/cron.hourly/contract", from: "644", to: "0755")
                ),
                Drift(
                    "echo reboot >>/etc/cron.hourly/contract",
                    Change("/etc/cron.hourly/contract", from: "37 bytes", to: "30 bytes, other content")
                ),
            ]
        ),
        ResourceContract(
            Firewall.self,
            "two open ports",
            "allow: [22/tcp, 443/udp]",
            absence: "ufw --force reset; rm -f /etc/ufw/*.rules.*",
            missing: [
                Change("22/tcp", from: nil, to: "allowed"), Change("443/udp", from: nil, to: "allowed"),
                Change("firewall", from: "off", to: "on"),
            ],
            managed: """
                \(files("/etc/ufw/user.rules", "/etc/ufw/user6.rules", "/etc/ufw/ufw.conf", "/etc/default/ufw"))
                iptables -S; ip6tables -S
                """,
            drifts: [
                Drift("ufw disable", Change("firewall", from: "off", to: "on")),
                Drift("ufw delete allow 443/udp", Change("443/udp", from: nil, to: "allowed")),
                Drift(
                    "ufw delete allow 443/udp; /lib/ufw/ufw-init flush-all",
                    Change("443/udp", from: nil, to: "allowed"),
                    Change("firewall", from: "on, but not loaded", to: "on")
                ),
                Drift(
                    "sed -i s/IPV6=yes/IPV6=no/ /etc/default/ufw; ufw reload",
                    Change("22/tcp", from: nil, to: "allowed"), Change("443/udp", from: nil, to: "allowed"),
                    Change("firewall", from: "on, but not for IPv6", to: "on")
                ),
                Drift("ufw default allow incoming", Change("default incoming policy", from: "ACCEPT", to: "DROP")),
            ]
        ),
        ResourceContract(
            Command.self,
            "words that a shell would read",
            #"{run: [install, -D, /dev/null, "/srv/a command/$(reboot)"], unless: [test, -e, "/srv/a command/$(reboot)"]}"#,
            absence: "rm -rf '/srv/a command'",
            missing: [Change("install -D /dev/null /srv/a command/$(reboot)", from: nil, to: "run")],
            managed: files("/srv/a command/$(reboot)"),
            drifts: [
                Drift(
                    "rm '/srv/a command/$(reboot)'",
                    Change("install -D /dev/null /srv/a command/$(reboot)", from: nil, to: "run")
                )
            ]
        ),
    ]

    /// Returns the contract of Postfix's service, whose processes belong to `unit`.
    static func service(_ unit: String) -> ResourceContract {
        let dropIns = "/etc/systemd/system/\(unit).service.d"
        return ResourceContract(
            Service.self,
            "one that another starts, or not, by the release",
            "{name: postfix, instance: postfix@-, restart: on-failure, copies: {/etc/resolv.conf: /var/spool/postfix/etc/resolv.conf}}",
            absence: """
                rm -rf \(dropIns)
                systemctl daemon-reload
                systemctl disable --quiet --now postfix
                systemctl stop \(unit)
                """,
            missing: [
                Change("postfix at boot", from: "disabled", to: "enabled"),
                Change(unit, from: "inactive", to: "active"),
                Change("Restart of \(unit)", from: "no", to: "on-failure"),
            ],
            managed: """
                systemctl show -p ActiveEnterTimestampMonotonic,MainPID,UnitFileState postfix \(unit)
                \(files(dropIns + "/mxprovision.conf"))
                """,
            drifts: [
                Drift("systemctl stop \(unit)", Change(unit, from: "inactive", to: "active")),
                Drift(
                    "echo '# old' >>/var/spool/postfix/etc/resolv.conf",
                    Change("/var/spool/postfix/etc/resolv.conf", from: "outdated", to: "same as /etc/resolv.conf")
                ),
                Drift(
                    "systemctl disable --quiet postfix",
                    Change("postfix at boot", from: "disabled", to: "enabled")
                ),
                Drift(
                    "rm \(dropIns)/mxprovision.conf; systemctl daemon-reload",
                    Change("Restart of \(unit)", from: "no", to: "on-failure")
                ),
            ]
        )
    }
}
