import Foundation
public import RemoteShell

/// The guest's full name.
///
/// Proxmox writes `/etc/hostname` (the part before the first dot) and its block of `/etc/hosts` (`address full short`)
/// at every start, from the hostname of the configuration. So this kind writes neither: it sees that the system knows
/// its full name, and where Proxmox's block does not tell it, adds a line of its own outside of that block.
public struct Hostname: Resource {
    public static let kind = "hostname"
    public let name: String

    public init(_ parameters: inout Parameters) {
        name = parameters.value("name", as: DomainName.self)?.description ?? ""
        parameters.finish()
    }

    private var short: String { String(name.prefix { $0 != "." }) }

    public let probe: Script = "hostname; hostname -f"

    public struct Observation: Sendable, Equatable {
        var short: String
        var full: String
    }

    public func observation(from answer: Completion) throws -> Observation {
        // `hostname -f` says nothing on standard output where the name leads to no address.
        let form = /([A-Za-z0-9][A-Za-z0-9.-]{0,63})\n(?:([A-Za-z0-9][A-Za-z0-9.-]{0,254})\n)?/
        guard answer.exit <= 1, let match = answer.text.wholeMatch(of: form) else {
            throw UnreadableAnswer(expected: "a host name", answer: answer)
        }
        return Observation(short: String(match.1.prefix { $0 != "." }), full: match.2.map(String.init) ?? "")
    }

    public func changes(from observed: Observation) -> [Change] {
        var changes: [Change] = []
        if observed.short != short { changes.append(Change("hostname", from: observed.short, to: short)) }
        if observed.full != name {
            changes.append(Change("full name", from: observed.full.isEmpty ? nil : observed.full, to: name))
        }
        return changes
    }

    public func remedy(for observed: Observation) -> Script {
        """
        printf '%s\\n' \(short) >/etc/hostname
        hostname \(short)
        if [ "$(hostname -f)" != \(name) ]; then
            {
                printf '127.0.1.1 %s %s # mxprovision\\n' \(name) \(short)
                grep -v ' # mxprovision$' /etc/hosts || true
            } >/etc/hosts.mxprovision
            chmod 644 /etc/hosts.mxprovision
            mv -T /etc/hosts.mxprovision /etc/hosts
        fi
        """
    }
}
