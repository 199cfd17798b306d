import ConfigurationFiles
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
    case refusedBefore(node: String, port: Int, rule: String)
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
        case .datacenterOff: "Proxmox's firewall is off for the whole datacenter; rules of a guest would have no force"
        case .notTaken(let id, _):
            "Proxmox accepted what the firewall of guest \(id) is to be and did not take all of it"
        case .shutOut(let id, _, _): "guest \(id) cannot be reached by ssh since its firewall in Proxmox was changed"
        case .powerless(let node, let weakness): "\(weakness.phrase) on \(node), so a rule there has no force"
        case .refusedBefore(let node, let port, let rule):
            "ufw on \(node) refuses \(port)/tcp to the guest by an earlier rule, `\(rule)`"
        case .nodeNotTaken(let node, _): "ufw on \(node) ran without error and changed too little"
        case .nodeRefused(let node, let exit, _): "ufw on \(node) refused (exit status \(exit))"
        }
    }

    public var failureReason: String? {
        switch self {
        case .notTaken(_, let changes), .nodeNotTaken(_, let changes):
            changes.map { "\($0.subject) is \($0.before ?? "absent"), not \($0.after ?? "absent")" }.joined(
                separator: "\n")
        case .shutOut(_, _, let reason), .nodeRefused(_, _, let reason): reason
        case .datacenterOff, .powerless, .refusedBefore: nil
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .datacenterOff:
            """
            Switch it on if that suits all its guests and nodes: on a node, `pvesh set /cluster/firewall/options \
            --enable 1`; or take `proxmox` out of `firewall`.
            """
        case .notTaken(let id, _): "See who else writes them: on the node, /etc/pve/firewall/\(id).fw."
        case .shutOut(let id, let node, _):
            """
            Look at the rules of the guest and of its security groups; `pct enter \(id)` on \(node) works whatever they \
            are, and `pvesh set /nodes/\(node)/lxc/\(id)/firewall/options --enable 0` switches them off.
            """
        case .powerless(let node, .absent): "Install ufw on \(node), or take `node` out of `firewall`."
        case .powerless(_, .off):
            """
            Allow there what the node itself needs (`ufw allow OpenSSH`, `ufw allow 8006/tcp`), then `ufw enable`; or \
            take `node` out of `firewall`.
            """
        case .powerless(_, .letsAllPass): "There: `ufw default deny routed`; or add `guest` or `proxmox` to `firewall`."
        case .powerless(_, .bypassed): "Add `guest` or `proxmox` to `firewall`."
        case .refusedBefore: "Move or remove it there: `ufw status numbered`."
        case .nodeNotTaken, .nodeRefused: "Look there at `ufw status numbered` and run the command again."
        }
    }
}

extension FirewallError.Weakness {
    package var phrase: String {
        switch self {
        case .absent: "there is no ufw"
        case .off: "ufw is off"
        case .letsAllPass: "ufw lets all pass that is routed"
        case .bypassed: "the guest's frames do not pass ufw (they are bridged, and bridge-nf-call-iptables is off)"
        }
    }
}
