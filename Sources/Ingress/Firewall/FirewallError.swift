import Engine
public import Foundation
public import ProxmoxAPI
public import Resources

/// Why the configuration of a firewall outside the guest failed.
public enum FirewallError: Error, Sendable, Equatable {
    /// Proxmox's firewall is off for the whole datacenter, so that no guest's rules have an effect.
    case datacenterOff
    /// A rule or option was accepted but is still not in effect.
    case notTaken(id: GuestID, [Change])
    /// The ssh login to the guest worked before its firewall was changed, and fails now.
    case shutOut(id: GuestID, node: NodeName, reason: String)
    /// ufw on the node does not filter traffic from senders to the guest.
    case powerless(node: String, Weakness)
    /// An earlier rule that is not ours refuses what our rule allows.
    case refusedBefore(node: String, port: String, rule: String)
    /// ufw accepted a rule but does not have it.
    case nodeNotTaken(node: String, [Change])
    case nodeRefused(node: String, exit: Int, errors: String)

    /// Why ufw rules on a node have no effect for a guest.
    public enum Weakness: Sendable, Equatable {
        case absent, off
        /// All routed traffic is allowed.
        case letsAllPass
        /// The guest's frames pass a bridge that ufw does not filter.
        case bypassed
    }
}

extension FirewallError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .datacenterOff:
            "Proxmox's firewall is disabled for the whole datacenter, so a guest's rules have no effect"
        case .notTaken(let id, _):
            "Proxmox accepted the firewall settings of guest \(id) but did not apply all of them"
        case .shutOut(let id, _, _): "guest \(id) cannot be reached by ssh since its firewall in Proxmox was changed"
        case .powerless(let node, let weakness): "\(weakness.phrase) on \(node), so a rule there has no effect"
        case .refusedBefore(let node, let port, let rule):
            "ufw on \(node) refuses \(port) to the guest by an earlier rule, `\(rule)`"
        case .nodeNotTaken(let node, _): "ufw on \(node) ran without error but did not make all changes"
        case .nodeRefused(let node, let exit, _): "ufw on \(node) failed (exit status \(exit))"
        }
    }

    public var failureReason: String? {
        switch self {
        case .notTaken(_, let changes), .nodeNotTaken(_, let changes):
            changes.map { "\($0.subject) is \($0.before ?? "absent"), expected \($0.after ?? "absent")" }.joined(
                separator: "\n")
        case .shutOut(_, _, let reason), .nodeRefused(_, _, let reason): reason
        case .datacenterOff, .powerless, .refusedBefore: nil
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .datacenterOff:
            """
            Enable it if this suits all its guests and nodes: on a node, `pvesh set /cluster/firewall/options \
            --enable 1`; or remove `proxmox` from `firewall`.
            """
        case .notTaken(let id, _): "Check what else changes them: on the node, /etc/pve/firewall/\(id).fw."
        case .shutOut(let id, let node, _):
            """
            Check the rules of the guest and of its security groups. On \(node), `pct enter \(id)` works without the \
            network, and `pvesh set /nodes/\(node)/lxc/\(id)/firewall/options --enable 0` disables them.
            """
        case .powerless(let node, .absent): "Install ufw on \(node), or remove `node` from `firewall`."
        case .powerless(_, .off):
            """
            On the node, allow what it needs itself (`ufw allow OpenSSH`, `ufw allow 8006/tcp`), then run `ufw enable`; \
            or remove `node` from `firewall`.
            """
        case .powerless(_, .letsAllPass):
            "On the node: `ufw default deny routed`; or add `guest` or `proxmox` to `firewall`."
        case .powerless(_, .bypassed): "Add `guest` or `proxmox` to `firewall`."
        case .refusedBefore: "Move or remove it on the node: `ufw status numbered`."
        case .nodeNotTaken, .nodeRefused: "Check `ufw status numbered` on the node and run the command again."
        }
    }
}

extension FirewallError.Weakness {
    package var phrase: String {
        switch self {
        case .absent: "ufw is not installed"
        case .off: "ufw is inactive"
        case .letsAllPass: "ufw allows all routed traffic"
        case .bypassed: "ufw does not filter the guest's frames (they are bridged, and bridge-nf-call-iptables is off)"
        }
    }
}
