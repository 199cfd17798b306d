import RemoteShell

@testable import Provisioning

extension ResourceContract {
    /// The kinds that every host can have.
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
            CronJob.self,
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
            Service.self,
            "one that another covers",
            "{name: postfix, instance: postfix@-, restart: on-failure}",
            absence: """
                rm -rf /etc/systemd/system/postfix@-.service.d
                systemctl daemon-reload
                systemctl disable --quiet --now postfix
                systemctl stop postfix@-
                """,
            missing: [
                Change("postfix at boot", from: "disabled", to: "enabled"),
                Change("postfix@-", from: "inactive", to: "active"),
                Change("Restart of postfix@-", from: "no", to: "on-failure"),
            ],
            managed: """
                systemctl show -p ActiveEnterTimestampMonotonic,MainPID,UnitFileState postfix postfix@-
                \(files("/etc/systemd/system/postfix@-.service.d/mxprovision.conf"))
                """,
            drifts: [
                Drift("systemctl stop postfix@-", Change("postfix@-", from: "inactive", to: "active")),
                Drift(
                    "systemctl disable --quiet postfix",
                    Change("postfix at boot", from: "disabled", to: "enabled")
                ),
                Drift(
                    "rm /etc/systemd/system/postfix@-.service.d/mxprovision.conf; systemctl daemon-reload",
                    Change("Restart of postfix@-", from: "no", to: "on-failure")
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
                Drift("ufw default allow incoming", Change("what is not allowed", from: "ACCEPT", to: "DROP")),
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
}
