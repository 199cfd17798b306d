import ProxmoxAPI

/// What `up` and `teardown` need to be allowed at a site, derived from the calls that their steps send.
///
/// One row a call, or an option of a call (API viewer, `permissions`; PVE::LXC, `check_ct_modify_config_perm`;
/// PVE::GuestHelpers, `check_vnet_access`). What sends calls of its own adds its rows to ``rows``.
struct PrivilegeTable: Sendable {
    /// What a run does, in its order.
    enum Step: String, Sendable, CaseIterable {
        case look, clone, configure, start, teardown
    }

    /// What a privilege is about.
    enum Object: Sendable, Hashable {
        case template, guest
        case storage(String)
        case bridge(String, vlan: String?)
    }

    struct Row: Sendable {
        var privilege: String
        var object: Object
        var use: Need.Use

        init(step: Step, privilege: String, object: Object, purpose: String) {
            self.privilege = privilege
            self.object = object
            use = Need.Use(step: step, purpose: purpose)
        }
    }

    /// A right, and what stops without it.
    struct Need: Sendable, Equatable {
        /// Where it is to be given.
        var right: Right
        /// Where Proxmox looks for it: any of these will do.
        var paths: [String]
        var uses: [Use]

        struct Use: Sendable, Equatable {
            var step: Step
            /// What it lets the step do: "make the guest", "cores".
            var purpose: String
        }

        /// `clone (make the guest), teardown (destroy the guest)`
        var purposes: String {
            Step.allCases.compactMap { step in
                let purposes = uses.filter { $0.step == step }.map(\.purpose)
                return purposes.isEmpty ? nil : "\(step.rawValue) (\(purposes.joined(separator: ", ")))"
            }
            .joined(separator: ", ")
        }
    }

    let order: GuestProvision.CloneOrder
    let specification: GuestSpecification
    let release: Release
    /// The template's configuration; nil where it cannot be read.
    var template: [String: String]?
    /// Nothing can be allowed on a template that does not exist.
    var hasTemplate = true
    /// The id of the guest that is there, or of the one to come; nil where Proxmox is to choose.
    var guest: GuestID?
    /// Whether the guest is there already: rights on a pool count for a guest when it has joined, and for a clone before.
    var isThere = false
    /// Bridges of the software-defined network: the path of one has its zone in it, which the node does not tell.
    var virtualNetworks: Set<String> = []

    var rows: [Row] {
        (looking + cloning + configuring + powering + destroying).filter { hasTemplate || $0.object != .template }
    }

    /// The rows by what is to be given, in the order of the first use.
    var needs: [Need] {
        var needs: [Need] = []
        for row in rows {
            let (paths, given) = paths(of: row.object)
            let right = Right(row.privilege, on: given)
            if let index = needs.firstIndex(where: { $0.right == right }) {
                needs[index].uses.append(row.use)
            } else {
                needs.append(Need(right: right, paths: paths, uses: [row.use]))
            }
        }
        return needs
    }

    private func paths(of object: Object) -> (asked: [String], given: String) {
        switch object {
        case .template: return (["/vms/\(order.template)"], "/vms/\(order.template)")
        case .guest:
            let own = guest.map { "/vms/\($0)" } ?? "/vms"
            guard let pool = order.pool.map({ "/pool/\($0)" }) else {
                return ([own], order.id == nil && !isThere ? "/vms" : own)
            }
            return (isThere ? [own] : [pool, own], pool)
        case .storage(let name): return (["/storage/\(name)"], "/storage/\(name)")
        case .bridge(let name, let vlan):
            let path = "/sdn/zones/localnetwork/\(name)" + (vlan.map { "/\($0)" } ?? "")
            return ([path], path)
        }
    }
}

extension PrivilegeTable {
    private var looking: [Row] {
        [
            Row(step: .look, privilege: "VM.Audit", object: .template, purpose: "read the template"),
            Row(step: .look, privilege: "VM.Audit", object: .guest, purpose: Self.readingTheGuest),
        ]
    }

    static let readingTheGuest = "read the guest"

    private var cloning: [Row] {
        let targets = order.storage.map { [$0.description] } ?? storages
        return [
            Row(step: .clone, privilege: "VM.Clone", object: .template, purpose: "copy the template"),
            Row(step: .clone, privilege: "VM.Allocate", object: .guest, purpose: "make the guest"),
        ]
            + targets.map {
                Row(
                    step: .clone, privilege: "Datastore.AllocateSpace", object: .storage($0),
                    purpose: "make the guest's disk")
            }
            + bridges(of: devices.map(\.value)).map {
                Row(step: .clone, privilege: "SDN.Use", object: $0, purpose: "connect it as the template is")
            }
    }

    private var configuring: [Row] {
        let options = specification.options.keys.sorted().map { option in
            Row(step: .configure, privilege: Self.privilege(for: option), object: .guest, purpose: option)
        }
        let network = Row(
            step: .configure, privilege: Self.privilege(for: "net0"), object: .guest, purpose: "net0")
        var wanted = NetworkDevice()
        for key in ["bridge", "tag"] { wanted[key] = specification.network[key].flatMap { $0.isEmpty ? nil : $0 } }
        // The device that is replaced counts as well as the one that replaces it.
        let before = devices.filter { $0.key == "net0" }.map(\.value)
        return options + [network]
            + bridges(of: before + [wanted]).map {
                Row(step: .configure, privilege: "SDN.Use", object: $0, purpose: "net0")
            }
    }

    private var powering: [Row] {
        [Row(step: .start, privilege: "VM.PowerMgmt", object: .guest, purpose: "start the guest")]
    }

    private var destroying: [Row] {
        let lift = Row(
            step: .teardown, privilege: "VM.Config.Options", object: .guest, purpose: "lift the guest's protection")
        return (specification.options["protection"] == "1" ? [lift] : []) + [
            Row(step: .teardown, privilege: "VM.PowerMgmt", object: .guest, purpose: "shut the guest down"),
            Row(step: .teardown, privilege: "VM.Allocate", object: .guest, purpose: "destroy the guest"),
        ]
    }

    /// What `PUT …/config` wants for an option.
    static func privilege(for option: String) -> String {
        switch option {
        case "cores", "cpulimit", "cpuunits": "VM.Config.CPU"
        case "memory", "swap": "VM.Config.Memory"
        case "hostname", "nameserver", "searchdomain", "net0": "VM.Config.Network"
        // Of an unprivileged container, and `nesting` alone; everything else is kept for root@pam itself.
        case "features": "VM.Allocate"
        default: "VM.Config.Options"
        }
    }

    private var devices: [(key: String, value: NetworkDevice)] {
        (template ?? [:]).filter { $0.key.wholeMatch(of: /net\d+/) != nil }.sorted { $0.key < $1.key }
            .compactMap { key, text in NetworkDevice(text).map { (key, $0) } }
    }

    private var storages: [String] { Set(Volume.all(in: template ?? [:]).map(\.storage)).sorted() }

    /// The bridges of devices; those in VLANs need each of them, and before 8.0 nothing was asked.
    private func bridges(of devices: [NetworkDevice]) -> [Object] {
        guard release >= Release(8, 0) else { return [] }
        var bridges: [Object] = []
        for device in devices {
            guard let name = device.bridge, !virtualNetworks.contains(name) else { continue }
            let trunks = (device["trunks"] ?? "").split(separator: ";").map(String.init)
            let vlans = [device["tag"]].compactMap(\.self) + trunks
            bridges += vlans.isEmpty ? [.bridge(name, vlan: nil)] : vlans.map { .bridge(name, vlan: $0) }
        }
        return bridges.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}
