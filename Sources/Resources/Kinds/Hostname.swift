public import ConfigurationFiles
import Foundation
public import RemoteShell

/// The guest's full host name.
///
/// Proxmox writes `/etc/hostname` (the part before the first dot) and its block of `/etc/hosts` (`address full short`)
/// at every start, from the hostname in the guest's configuration. This kind keeps both files readable and the full
/// name of the system correct. If Proxmox's block does not provide it, a line is added outside that block.
public struct Hostname: Resource {
    public static let kind = "hostname"
    /// The full name, `mx2.example.net`.
    public let name: String

    public init(_ parameters: inout Parameters) {
        name = parameters.value("name", as: DomainName.self)?.description ?? ""
        parameters.finish()
    }

    public var objects: [ManagedObject] { [.file("/etc/hostname"), .file("/etc/hosts")] }

    private var short: String { String(name.prefix { $0 != "." }) }

    /// Reads the files with shell builtins, because each process adds 1 to 2 ms to a run without changes.
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
        package var short: String
        package var full: String
        /// The state of `/etc/hostname`: `same`, `other`, `absent`, or `obstacle` if it is not a regular file.
        package var hostname = "same"
        /// The state of `/etc/hosts`, which must contain localhost, in the same words.
        package var hosts = "same"
        /// Mode and owner by path, for those of the two that exist.
        package var access: [String: FilePermissions] = [:]

        fileprivate var areHostsRight: Bool { hosts == "same" && Hostname.changes(access, of: "/etc/hosts").isEmpty }
    }

    public func observation(from answer: CommandResult) throws -> Observation {
        let unreadable = UnreadableAnswer(expected: "a host name", answer: answer)
        // `hostname -f` prints nothing to standard output if the name does not resolve.
        let form =
            /([A-Za-z0-9][A-Za-z0-9.-]{0,63})\n(?:([A-Za-z0-9][A-Za-z0-9.-]{0,254})\n)?hostname (same|other|absent|obstacle)\nhosts (same|other|absent|obstacle)\n((?:.*\n)*)/
        guard answer.exit == 0, let match = answer.text.wholeMatch(of: form) else { throw unreadable }
        var observed = Observation(
            short: String(match.1.prefix { $0 != "." }), full: match.2.map(String.init) ?? "",
            hostname: String(match.3), hosts: String(match.4))
        for line in match.5.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 3, let access = FilePermissions("\(words[0]) \(words[1])") else { throw unreadable }
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
            ("/etc/hostname", observed.hostname, short), ("/etc/hosts", observed.hosts, "a file with localhost"),
        ] {
            switch verdict {
            case "same": changes += Self.changes(observed.access, of: path)
            case "absent": changes.append(Change(path, from: nil, to: expected))
            case "obstacle": changes.append(Change(path, from: "not a regular file", to: expected))
            default: changes.append(Change(path, from: "other content", to: expected))
            }
        }
        return changes
    }

    private static func changes(_ access: [String: FilePermissions], of path: String) -> [Change] {
        access[path]?.changes(of: path, toMode: "0644", owner: "root:root") ?? []
    }

    /// Keeps every line of `/etc/hosts` that has a valid form.
    public func repair(for observed: Observation) -> Script {
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
