import Foundation
public import RemoteShell

/// The guest's full name.
///
/// Proxmox writes `/etc/hostname` (the part before the first dot) and its block of `/etc/hosts` (`address full short`)
/// at every start, from the hostname of the configuration. This kind keeps both files readable, and the system's full name
/// right: if Proxmox's block does not give it, a line is added outside of that block.
public struct Hostname: Resource {
    public static let kind = "hostname"
    public let name: String

    public init(_ parameters: inout Parameters) {
        name = parameters.value("name", as: DomainName.self)?.description ?? ""
        parameters.finish()
    }

    public var objects: [ManagedObject] { [.file("/etc/hostname"), .file("/etc/hosts")] }

    private var short: String { String(name.prefix { $0 != "." }) }

    /// The files are read by builtins of the shell, as a process costs a no-op one to two milliseconds.
    public var probe: Script {
        """
        hostname; hostname -f
        verdict=absent
        if [ -f /etc/hostname ]; then
            read -r first </etc/hostname || true
            [ "${first%%.*}" = \(short) ] && verdict=same || verdict=other
        elif [ -e /etc/hostname ]; then verdict=obstacle
        fi
        echo "hostname $verdict"
        verdict=absent
        if [ -f /etc/hosts ]; then
            verdict=other
            while read -r address a b c _; do
                case $address,$a,$b,$c, in 127.0.0.1,*localhost,*) verdict=same; break ;; esac
            done </etc/hosts
        elif [ -e /etc/hosts ]; then verdict=obstacle
        fi
        echo "hosts $verdict"
        stat -L -c '%a %U:%G %n' /etc/hostname /etc/hosts 2>/dev/null || true
        """
    }

    public struct Observation: Sendable, Equatable {
        var short: String
        var full: String
        /// `same`, `other`, `absent`, or `obstacle` if it is no regular file.
        var hostname = "same"
        /// The same of `/etc/hosts`, which has to name localhost.
        var hosts = "same"
        /// Of those of both that are regular files.
        var access: [String: Access] = [:]

        fileprivate var areHostsRight: Bool { hosts == "same" && Hostname.changes(access, of: "/etc/hosts").isEmpty }
    }

    public func observation(from answer: Completion) throws -> Observation {
        let unreadable = UnreadableAnswer(expected: "a host name", answer: answer)
        // `hostname -f` prints nothing on standard output if the name leads to no address.
        let form =
            /([A-Za-z0-9][A-Za-z0-9.-]{0,63})\n(?:([A-Za-z0-9][A-Za-z0-9.-]{0,254})\n)?hostname (same|other|absent|obstacle)\nhosts (same|other|absent|obstacle)\n((?:.*\n)*)/
        guard answer.exit == 0, let match = answer.text.wholeMatch(of: form) else { throw unreadable }
        var observed = Observation(
            short: String(match.1.prefix { $0 != "." }), full: match.2.map(String.init) ?? "",
            hostname: String(match.3), hosts: String(match.4))
        for line in match.5.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 3, let access = Access("\(words[0]) \(words[1])") else { throw unreadable }
            observed.access[String(words[2])] = access
        }
        return observed
    }

    public func changes(from observed: Observation) -> [Change] {
        var changes: [Change] = []
        if observed.short != short { changes.append(Change("hostname", from: observed.short, to: short)) }
        if observed.full != name {
            changes.append(Change("full name", from: observed.full.isEmpty ? nil : observed.full, to: name))
        }
        for (path, verdict, expected) in [
            ("/etc/hostname", observed.hostname, short), ("/etc/hosts", observed.hosts, "a file that names localhost"),
        ] {
            switch verdict {
            case "same": changes += Self.changes(observed.access, of: path)
            case "absent": changes.append(Change(path, from: nil, to: expected))
            case "obstacle": changes.append(Change(path, from: "no regular file", to: expected))
            default: changes.append(Change(path, from: "other content", to: expected))
            }
        }
        return changes
    }

    private static func changes(_ access: [String: Access], of path: String) -> [Change] {
        access[path]?.changes(of: path, toMode: "0644", owner: "root:root") ?? []
    }

    /// Keeps every line of `/etc/hosts` that can be one.
    public func remedy(for observed: Observation) -> Script {
        let hosts: Script =
            observed.areHostsRight
            ? ":"
            : """
            {
                lines | grep -Eq '^127\\.0\\.0\\.1[[:blank:]].*localhost' || printf '127.0.0.1\\tlocalhost\\n'
                lines | grep -q '^::1[[:blank:]]' || printf '::1\\tlocalhost ip6-localhost ip6-loopback\\n'
                lines
            } | replace 644 root:root /etc/hosts
            """
        return """
            \(.replacement)lines() {
                [ ! -f /etc/hosts ] || grep -aE '^[[:blank:]]*(#|$|[0-9A-Fa-f:.]+[[:blank:]]+[A-Za-z0-9])' /etc/hosts || true
            }
            printf '%s\\n' \(short) | replace 644 root:root /etc/hostname
            hostname \(short)
            \(hosts)
            if [ "$(hostname -f)" != \(name) ]; then
                {
                    printf '127.0.1.1 %s %s # mxprovision\\n' \(name) \(short)
                    lines | grep -v ' # mxprovision$' || true
                } | replace 644 root:root /etc/hosts
            fi
            """
    }
}
