/// `PUT /nodes/{node}/lxc/{vmid}/config` (PVE::API2::LXC::Config, PVE::LXC::Config).
extension Node {
    /// Options that a running guest applies only at its next start.
    private static let waiting: Set<String> = [
        "features", "nameserver", "searchdomain", "timezone", "arch", "tty", "console", "cmode", "entrypoint", "env",
        "ostype", "unprivileged",
    ]
    private static let required: Set<String> = ["memory", "rootfs", "ostype"]
    private static let readOnly: Set<String> = ["unprivileged"]

    func configure(_ id: Int, _ call: Call) async throws -> Answer {
        let change = try ConfigChange(call.parameters, for: release)
        return try await locked(id) { try await self.configure(id, change) }
    }

    private func configure(_ id: Int, _ change: ConfigChange) async throws -> Answer {
        let isRunning = await runtime.isRunning(id)
        var guest = try unlocked(id)
        if let digest = change.digest, digest != guest.digest {
            throw Failure.internalError("detected modified configuration - file changed by other user? Try again.")
        }
        for key in change.deleted {
            if Self.readOnly.contains(key) {
                throw Failure.internalError("unable to delete read-only option: '\(key)'")
            }
            if Self.required.contains(key) { throw Failure.internalError("unable to delete required option '\(key)'") }
        }
        for key in change.values.keys where Self.readOnly.contains(key) {
            throw Failure.internalError("unable to modify read-only option: '\(key)'")
        }
        for key in change.reverted { guest.pending[key] = nil }
        for (key, value) in change.values { set(key, value, in: &guest, isRunning: isRunning) }
        for key in change.deleted where guest.options[key] != nil || key == "description" {
            set(key, nil, in: &guest, isRunning: isRunning)
        }
        guests[id] = guest
        // Proxmox writes the file before it checks the bridge.
        try checkBridges(of: change.networks)
        if isRunning, !change.networks.isEmpty {
            do { try await runtime.reconfigure(id, configuration: configuration(of: guest, id)) } catch {
                throw Failure.parameters(["net0": "unable to hotplug net0: \(error)"])
            }
        }
        return Answer(.null)
    }

    private func set(_ key: String, _ value: String?, in guest: inout GuestConfig, isRunning: Bool) {
        if key == "description" {
            guest.description = value
        } else if isRunning, Self.waiting.contains(key) {
            if guest.options[key] == value { guest.pending[key] = nil } else { guest.pending[key] = .some(value) }
        } else {
            guest.options[key] = value
            guest.pending[key] = nil
        }
    }

    static func list(_ text: String?) -> [String] {
        (text ?? "").split { ",; \0".contains($0) }.map(String.init)
    }

    /// Returns the configuration for the runtime.
    func configuration(of guest: GuestConfig, _ id: Int) -> GuestConfiguration {
        let devices = guest.options.filter { $0.key.wholeMatch(of: /net\d+/) != nil }.sorted { $0.key < $1.key }
        return GuestConfiguration(
            hostname: guest.options["hostname"] ?? "CT\(id)",
            networks: devices.compactMap { try? NetworkOption($0.value, parameter: $0.key).values },
            nameserver: guest.options["nameserver"],
            searchdomain: guest.options["searchdomain"],
            memory: Int(guest.options["memory"] ?? "512") ?? 512,
            cores: guest.options["cores"].flatMap { Int($0) },
            nesting: guest.options["features"]?.contains("nesting=1") ?? false,
            ostype: guest.options["ostype"] ?? "debian"
        )
    }
}
