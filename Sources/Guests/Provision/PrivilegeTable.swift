import Engine
package import ProxmoxAPI

/// The privileges that `up` and `teardown` need at a site, derived from the API calls of their steps.
///
/// There is one row per call or option of a call (API viewer, `permissions`; PVE::LXC, `check_ct_modify_config_perm`;
/// PVE::GuestHelpers, `check_vnet_access`). Code that sends other calls adds its rows to ``rows``.
package struct PrivilegeTable: Sendable {
    /// The steps of a run, in order.
    package enum Step: String, Sendable, CaseIterable {
        case look = "check"
        case clone, configure, start, teardown
    }

    /// The object that a privilege applies to.
    enum Object: Sendable, Hashable {
        case template, guest
        case storage(String)
        case bridge(String, vlan: String?)
    }

    package struct Row: Sendable {
        package var privilege: String
        var object: Object
        var use: Need.Use

        init(step: Step, privilege: String, object: Object, purpose: String) {
            self.privilege = privilege
            self.object = object
            use = Need.Use(step: step, purpose: purpose)
        }
    }

    /// A right, and the steps that fail without it.
    package struct Need: Sendable, Equatable {
        /// The right to grant.
        package var right: Right
        /// The paths at which Proxmox checks the privilege; any of them is sufficient.
        package var paths: [String]
        package var uses: [Use]

        package struct Use: Sendable, Equatable {
            package var step: Step
            /// The action that it allows: "create the guest", "cores".
            package var purpose: String
        }

        /// The steps with their purposes: `clone (create the guest), teardown (destroy the guest)`
        package var purposes: String {
            Step.allCases.compactMap { step in
                let purposes = uses.filter { $0.step == step }.map(\.purpose)
                return purposes.isEmpty ? nil : "\(step.rawValue) (\(purposes.joined(separator: ", ")))"
            }
            .joined(separator: ", ")
        }
    }

    package let order: GuestProvision.CloneRequest
    package let specification: GuestSpecification
    let release: Release
    /// The template's configuration; nil if it cannot be read.
    package var template: [String: String]?
    /// Whether the template exists. No right can be granted on a template that does not.
    package var hasTemplate = true
    /// The ID of the existing or future guest; nil if Proxmox chooses it.
    package var guest: GuestID?
    /// Whether the guest exists. Rights on a pool apply to a guest only after it has joined, but to a clone beforehand.
    package var isThere = false
    /// The bridges of the software-defined network. A bridge's path contains its zone, which the node does not report.
    package var virtualNetworks: Set<String> = []

    package init(
        order: GuestProvision.CloneRequest,
        specification: GuestSpecification,
        release: Release,
        template: [String: String]?,
        hasTemplate: Bool = true,
        guest: GuestID? = nil,
        isThere: Bool = false,
        virtualNetworks: Set<String> = []
    ) {
        self.order = order
        self.specification = specification
        self.release = release
        self.template = template
        self.hasTemplate = hasTemplate
        self.guest = guest
        self.isThere = isThere
        self.virtualNetworks = virtualNetworks
    }

    package var rows: [Row] {
        (looking + cloning + configuring + powering + destroying).filter { hasTemplate || $0.object != .template }
    }

    /// The rows grouped by the right to grant, in the order of the first use.
    package var needs: [Need] {
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

    package static let readingTheGuest = "read the guest"

    private var cloning: [Row] {
        let targets = order.storage.map { [$0.description] } ?? storages
        return [
            Row(step: .clone, privilege: "VM.Clone", object: .template, purpose: "clone the template"),
            Row(step: .clone, privilege: "VM.Allocate", object: .guest, purpose: "create the guest"),
        ]
            + targets.map {
                Row(
                    step: .clone, privilege: "Datastore.AllocateSpace", object: .storage($0),
                    purpose: "create the guest's disk")
            }
            + bridges(of: devices.map(\.value)).map {
                Row(step: .clone, privilege: "SDN.Use", object: $0, purpose: "use the template's bridge")
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
        // Proxmox checks the replaced device as well as the new one.
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
            step: .teardown, privilege: "VM.Config.Options", object: .guest, purpose: "remove the guest's protection")
        return (specification.options["protection"] == "1" ? [lift] : []) + [
            Row(step: .teardown, privilege: "VM.PowerMgmt", object: .guest, purpose: "shut down the guest"),
            Row(step: .teardown, privilege: "VM.Allocate", object: .guest, purpose: "destroy the guest"),
        ]
    }

    /// Returns the privilege that `PUT …/config` requires for an option.
    package static func privilege(for option: String) -> String {
        switch option {
        case "cores", "cpulimit", "cpuunits": "VM.Config.CPU"
        case "memory", "swap": "VM.Config.Memory"
        case "hostname", "nameserver", "searchdomain", "net0": "VM.Config.Network"
        // For an unprivileged container and `nesting` only; other features are reserved for root@pam itself.
        case "features": "VM.Allocate"
        default: "VM.Config.Options"
        }
    }

    private var devices: [(key: String, value: NetworkDevice)] {
        (template ?? [:]).filter { $0.key.wholeMatch(of: /net\d+/) != nil }.sorted { $0.key < $1.key }
            .compactMap { key, text in NetworkDevice(text).map { (key, $0) } }
    }

    private var storages: [String] { Set(Volume.all(in: template ?? [:]).map(\.storage)).sorted() }

    /// Returns the devices' bridges. A device in VLANs needs a right for each VLAN. Before 8.0, Proxmox checked none.
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
