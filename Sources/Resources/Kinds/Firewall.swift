public import ConfigurationFiles
import Diagnostics
import Foundation
public import RemoteShell

/// The ufw firewall in the guest: incoming connections are refused unless a rule allows them.
///
/// The step only adds rules, so that a later step can open a port that must stay closed until then.
public struct Firewall: ConfirmedByNewLogin {
    public static let kind = "firewall"
    public static let publishes = true
    /// The allowed ports in the order of the playbook, like `25/tcp`.
    public let allow: [String]

    private static let form = Pattern(/[1-9][0-9]{0,4}\/(?:tcp|udp)/)

    public init(_ parameters: inout Parameters) {
        allow = parameters.strings("allow")
        for (item, rule) in allow.enumerated() {
            if !Self.form.fits(rule) || UInt16(rule.prefix { $0 != "/" }) == nil {
                parameters.wrong("allow", item: item, "`allow`: invalid value `\(rule)`; expected a port like `25/tcp`")
            }
        }
        parameters.finish()
    }

    /// Succeeds if ufw's chains are loaded in the kernel, for IPv6 too if the kernel supports it.
    private static let isLive: Script = """
        { iptables -S ufw-user-input && { [ ! -e /proc/sys/net/ipv6 ] || ip6tables -S ufw6-user-input; } } >/dev/null 2>&1
        """

    /// ufw's rule files. The folder ``shipped`` contains a copy of each as its package ships it.
    private static let rules = [
        "before.rules", "after.rules", "before6.rules", "after6.rules", "user.rules", "user6.rules",
    ]
    private static let shipped = "/usr/share/ufw/iptables"

    public var objects: [ManagedObject] {
        (Self.rules.map { "/etc/ufw/" + $0 } + ["/etc/ufw/ufw.conf", "/etc/default/ufw"]).map { .file($0) }
    }

    /// Prints each of ufw's files on which ufw(8) or iptables-restore(8) would fail.
    ///
    /// A valid rule file contains only lines of a few forms, and ends with `COMMIT`.
    private static let damages: Script = """
        damages() {
            set --
            for f in \(rules); do
                if [ -f "/etc/ufw/$f" ]; then set -- "$@" "/etc/ufw/$f"; else echo "damaged /etc/ufw/$f"; fi
            done
            [ $# = 0 ] || awk '
                /^[ \\t]*$/ || /^#/ { next }
                { last[FILENAME] = $1 }
                !/^([*:[-]|COMMIT)/ { bad[FILENAME] = 1 }
                END { for (i = 1; i < ARGC; i++) if (last[ARGV[i]] != "COMMIT" || bad[ARGV[i]]) print "damaged " ARGV[i] }' "$@"
            for f in /etc/ufw/ufw.conf /etc/default/ufw; do [ -f "$f" ] || echo "damaged $f"; done
            grep -qs '^DEFAULT_OUTPUT_POLICY=' /etc/default/ufw || echo 'damaged /etc/default/ufw'
            grep -qs '^ENABLED=' /etc/ufw/ufw.conf || echo 'damaged /etc/ufw/ufw.conf'
        }
        """

    /// Reads the stored settings and the loaded chains in 15 ms. `ufw status` reports the same in 180 ms.
    public let probe: Script = """
        command -v ufw >/dev/null || exit 3
        \(Self.damages)
        grep -am1 '^ENABLED=' /etc/ufw/ufw.conf 2>/dev/null || echo ENABLED=no
        grep -am1 '^DEFAULT_INPUT_POLICY=' /etc/default/ufw 2>/dev/null || echo DEFAULT_INPUT_POLICY=
        grep -am1 '^IPV6=' /etc/default/ufw 2>/dev/null || echo IPV6=no
        \(Self.isLive) && echo live || echo absent
        damages
        grep -ah '^### tuple ### allow ' /etc/ufw/user.rules /etc/ufw/user6.rules 2>/dev/null || true
        echo ==
        """

    public struct Found: Sendable, Equatable {
        package var isEnabled: Bool
        package var isLive: Bool
        /// The default policy for incoming connections: `DROP`, `REJECT` or `ACCEPT`.
        package var policy: String
        /// Whether IPv6 is filtered too. Otherwise all IPv6 connections are accepted.
        var coversIPv6: Bool
        /// The ports that are allowed from everywhere for both IPv4 and IPv6, like `25/tcp`.
        package var allowed: Set<String>
        /// The paths of files that ufw cannot use.
        package var damaged: [String] = []

        package var refuses: Bool { policy == "DROP" || policy == "REJECT" }
    }

    public func observation(from answer: CommandResult) throws -> Found? {
        if answer.exit == 3, answer.output.isEmpty { return nil }
        let form =
            /ENABLED=(\S*)\nDEFAULT_INPUT_POLICY="?(\w*)"?\nIPV6="?(\w*)"?\n(live|absent)\n((?:damaged \/.*\n)*)((?:### tuple ### .*\n)*)==\n/
        guard answer.exit == 0, let match = answer.text.wholeMatch(of: form) else {
            throw UnreadableAnswer(expected: "ufw's settings", answer: answer)
        }
        // Example: ### tuple ### allow tcp 25 0.0.0.0/0 any 0.0.0.0/0 in
        func ports(_ everywhere: String) -> Set<String> {
            Set(
                match.6.split(separator: "\n").compactMap { line in
                    let words = line.split(separator: " ").map(String.init)
                    guard words.count >= 10, words[6] == everywhere, words[8] == everywhere, words[9] == "in" else {
                        return nil
                    }
                    return "\(words[5])/\(words[4])"
                }
            )
        }
        return Found(
            isEnabled: match.1.lowercased() == "yes",
            isLive: match.4 == "live",
            policy: String(match.2),
            coversIPv6: match.3.lowercased() == "yes",
            allowed: ports("0.0.0.0/0").intersection(ports("::/0")),
            damaged: Set(match.5.split(separator: "\n").map { String($0.dropFirst("damaged ".count)) }).sorted()
        )
    }

    public func changes(from observed: Found?) -> [Change] {
        let allowed = observed?.allowed ?? []
        var changes = (observed?.damaged ?? []).map { Change($0, from: "missing or damaged", to: "valid") }
        changes += allow.filter { !allowed.contains($0) }.map { Change($0, from: nil, to: "allowed") }
        if observed?.isEnabled != true {
            changes.append(Change("firewall", from: observed == nil ? nil : "off", to: "on"))
        } else if observed?.coversIPv6 != true {
            changes.append(Change("firewall", from: "on, but not for IPv6", to: "on"))
        } else if observed?.isLive != true {
            changes.append(Change("firewall", from: "on, but not loaded", to: "on"))
        }
        if let observed, !observed.refuses {
            changes.append(Change("default incoming policy", from: observed.policy, to: "DROP"))
        }
        return changes
    }

    /// Adds the rules, starts a timer that disables the firewall unless ``confirm`` runs, and enables the firewall.
    ///
    /// If the firewall already refuses everything else, a new rule cannot lock anyone out, and ufw(8) loads it
    /// directly. Then no timer is needed. The script checks this in the guest again, because an earlier step may have
    /// enabled the firewall.
    ///
    /// If the firewall is enabled but its chains are not loaded, it is disabled first, because ufw(8) cannot add a rule
    /// then.
    public func repair(for observed: Found?) -> Script {
        let rules = Script.lines(allow.map { "ufw allow \($0) >/dev/null" })
        return """
            \(.replacement)\(Self.restoring)
            is_on() { grep -Eqix 'ENABLED=yes' /etc/ufw/ufw.conf; }
            refuses() { grep -Eqx 'DEFAULT_INPUT_POLICY="?(DROP|REJECT)"?' /etc/default/ufw; }
            is_shut() {
                is_on && grep -Eqix 'IPV6="?yes"?' /etc/default/ufw && refuses && \(Self.isLive)
            }
            if [ -z "$damaged" ] && is_shut; then
            \(rules)
            exit 0
            fi
            systemctl stop mxprovision-firewall-undo.timer 2>/dev/null || true
            systemd-run --quiet --collect --on-active=90 --unit=mxprovision-firewall-undo ufw disable
            sed -i 's/^IPV6=.*/IPV6=yes/' /etc/default/ufw
            ! is_on || \(Self.isLive) || ufw disable >/dev/null
            \(rules)
            refuses || ufw default deny incoming >/dev/null
            ufw --force enable >/dev/null
            """
    }

    /// Restores ufw's files from the copies that its package ships. The damaged files are kept beside the new ones.
    /// `/etc/default/ufw` has no such copy.
    private static let restoring: Script = """
        \(damages)
        restore() {
            [ ! -s "$1" ] || [ ! -f "$1" ] || cp "$1" "$1.mxprovision-damaged"
            case $1 in
            /etc/default/ufw)
                printf '%s\\n' 'IPV6=yes' 'DEFAULT_INPUT_POLICY="DROP"' 'DEFAULT_OUTPUT_POLICY="ACCEPT"' \
                    'DEFAULT_FORWARD_POLICY="DROP"' 'DEFAULT_APPLICATION_POLICY="SKIP"' 'MANAGE_BUILTINS=no' \
                    'IPT_SYSCTL=/etc/ufw/sysctl.conf' 'IPT_MODULES=""' | replace 644 root:root "$1" ;;
            */ufw.conf)
                # ufw was on if its chains are in the kernel. It is then disabled and enabled again below.
                printf '%s\\n' 'ENABLED=no' 'LOGLEVEL=low' | replace 644 root:root "$1" ;;
            *) replace 640 root:root "$1" <\(shipped)/"${1##*/}" ;;
            esac
        }
        damaged=$(damages | sed 's/^damaged //' | sort -u)
        for f in $damaged; do restore "$f"; done
        """

    public let confirm: Script = "systemctl stop mxprovision-firewall-undo.timer 2>/dev/null || true"
}
