import ConfigurationFiles
import Engine
import Guests
import ProxmoxAPI
import Resources

extension Doctor {
    func lookAtTemplate(_ sight: Lookup<LocatedGuest?>) async throws -> [VerifiedCheck] {
        let order = try order
        guard case .seen(let found) = sight else {
            return [
                VerifiedCheck(
                    name: "template \(order.template)", verdict: .warn,
                    evidence: "skipped: requires VM.Audit on /vms/\(order.template)")
            ]
        }
        guard let template = found else { return [try await missingTemplate(order)] }
        let options = template.view.options
        var checks = [place(of: template, order), try await cloning(template, order)]
        if let lock = template.view.lock {
            checks.append(try await lockCheck("template \(template.id)", of: template, lock))
        }
        checks.append(Self.system(options["ostype"]))
        checks.append(nesting(options))
        return checks
    }

    private func missingTemplate(_ order: GuestProvision.CloneRequest) async throws -> VerifiedCheck {
        let others = try await client(.resources(type: "vm")).filter { $0.type == "lxc" && $0.template }
            .compactMap(\.vmid).sorted { $0.rawValue < $1.rawValue }
        let known = others.isEmpty ? "" : "; visible templates: \(others.map(\.description).joined(separator: ", "))"
        return VerifiedCheck(
            name: "template \(order.template)", verdict: .fail, evidence: "does not exist on any node\(known)",
            advice: "Set `template` in the inventory to a container from `pct list` on \(order.node).")
    }

    private func place(of template: LocatedGuest, _ order: GuestProvision.CloneRequest) -> VerifiedCheck {
        let name = template.view.options["hostname"].map { " (\($0))" } ?? ""
        let kind = template.view.isTemplate ? "a template" : "a plain container, so every clone is a full clone"
        guard template.node == order.node else {
            return VerifiedCheck(
                name: "template \(template.id)\(name)", verdict: .warn,
                evidence: "\(kind), on \(template.node); the guest will be created there, not on \(order.node)",
                advice: "Set `proxmox: node:` to \(template.node), or `template` to a container on \(order.node).")
        }
        return VerifiedCheck(
            name: "template \(template.id)\(name)", verdict: .pass, evidence: "\(kind), on \(template.node)")
    }

    /// Checks the conditions under which PVE::API2::LXC, clone_vm refuses a clone.
    private func cloning(_ template: LocatedGuest, _ order: GuestProvision.CloneRequest) async throws -> VerifiedCheck {
        let isFull = order.full ?? !template.view.isTemplate
        func check(_ verdict: VerifiedCheck.Verdict, _ evidence: String, _ advice: String? = nil) -> VerifiedCheck {
            VerifiedCheck(name: "clone", verdict: verdict, evidence: evidence, advice: advice)
        }
        if isFull {
            guard template.view.isRunning else { return check(.pass, "full clone") }
            return check(
                .fail, "a running container cannot be cloned",
                "Stop it (`pct stop \(template.id)` on the node), or convert it to a template (`pct template \(template.id)`)."
            )
        }
        if let storage = order.storage {
            return check(
                .fail, "a linked clone uses its template's storage, but `storage` is \(storage)",
                "Set `full: true` in the guest's section, or remove `storage`.")
        }
        guard try await client(.feature(.clone, of: template.id, on: template.node)).isAvailable else {
            return check(
                .fail, "the template's storage does not support linked clones",
                "Set `full: true` in the guest's section.")
        }
        return check(.pass, "linked clone, supported by the template's storage")
    }

    private static func system(_ ostype: String?) -> VerifiedCheck {
        let name = ostype ?? "unknown"
        return switch name {
        case "debian": VerifiedCheck(name: "system", verdict: .pass, evidence: name)
        case "ubuntu", "devuan", "unmanaged", "unknown":
            VerifiedCheck(name: "system", verdict: .warn, evidence: "\(name); the playbook is tested only with debian")
        default:
            VerifiedCheck(
                name: "system", verdict: .fail, evidence: "\(name) has no apt",
                advice: "Create the template from Debian: `pveam available --section system` on the node.")
        }
    }

    /// Checks the `nesting` feature. systemd above 241 (Debian 11 and later) sets up namespaces for services, which
    /// AppArmor's container profile denies without `nesting` (status 226/NAMESPACE; Proxmox prints a warning at each
    /// start).
    private func nesting(_ options: [String: String]) -> VerifiedCheck {
        let features = Set((options["features"] ?? "").split(separator: ",").map(String.init))
        let isOn = features.contains("nesting=1")
        let isUnprivileged = options["unprivileged"] == "1"
        let others = features.filter { !$0.hasPrefix("nesting=") }
        if let wanted = site.guest.nesting, features != (wanted ? ["nesting=1"] : []),
            !isUnprivileged || !others.isEmpty
        {
            let flags = ["nesting=\(wanted ? 1 : 0)"] + others.sorted()
            return VerifiedCheck(
                name: "nesting", verdict: .fail,
                evidence: """
                    `nesting` is \(wanted), but only root@pam can change the features of a container that is privileged \
                    or has other features
                    """,
                advice: """
                    Set it in the template as root on the node, and remove `nesting` from the inventory: \
                    `pct set \(site.guest.template) --features \(flags.joined(separator: ","))`.
                    """)
        }
        if site.guest.nesting ?? isOn { return VerifiedCheck(name: "nesting", verdict: .pass, evidence: "on") }
        return VerifiedCheck(
            name: "nesting", verdict: .warn,
            evidence: "off; services of systemd after 241 (Debian 11 and later) may fail to start without it",
            advice: isUnprivileged
                ? "Set `nesting: true` in the guest's section."
                : "Set it in the template as root on the node: `pct set \(site.guest.template) --features nesting=1`.")
    }
}

extension GuestView {
    var isTemplate: Bool { options["template"].map { $0 == "1" } ?? false }
}
