/// `PUT /nodes/{node}/lxc/{vmid}/config` (PVE::API2::LXC::Config, PVE::LXC::Config).
extension Node {
    /// Options that a running guest takes on at its next start only.
    private static let waiting: Set<String> = [
        "features", "nameserver", "searchdomain", "timezone", "arch", "tty", "console", "cmode", "entrypoint", "env",
        "ostype", "unprivileged",
    ]
    private static let fixed: Set<String> = ["memory", "rootfs", "ostype", "unprivileged"]

    func configure(_ id: Int, _ call: Call) async throws -> Answer {
        var given = call.parameters
        let digest = given.removeValue(forKey: "digest")
        let deleted = Self.list(given.removeValue(forKey: "delete"))
        let reverted = Self.list(given.removeValue(forKey: "revert"))
        guard !given.isEmpty || !deleted.isEmpty || !reverted.isEmpty else {
            throw Failure.internalError("no options specified")
        }
        for key in deleted where given[key] != nil {
            throw Failure.parameters(["delete": "you can't use '-\(key)' and -delete '\(key)' at the same time"])
        }
        let changed = try given.reduce(into: [String: String]()) { changed, option in
            changed[option.key] = try normalised(option.key, option.value)
        }
        let isRunning = await runtime.isRunning(id)
        var guest = try unlocked(id)
        if let digest, digest != guest.digest {
            throw Failure.internalError("detected modified configuration - file changed by other user? Try again.")
        }
        for key in deleted where Self.fixed.contains(key) {
            throw Failure.internalError("unable to delete required option '\(key)'")
        }
        for key in reverted { guest.pending[key] = nil }
        for (key, value) in changed { set(key, value, in: &guest, isRunning: isRunning) }
        for key in deleted where guest.options[key] != nil || key == "description" {
            set(key, nil, in: &guest, isRunning: isRunning)
        }
        guests[id] = guest
        if isRunning, changed.keys.contains(where: { $0.hasPrefix("net") }) {
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

    /// As Proxmox stores it.
    private func normalised(_ key: String, _ value: String) throws -> String {
        switch key {
        case "tags":
            let tags = Self.list(value).map { $0.lowercased() }
            for tag in tags where tag.wholeMatch(of: /[a-z0-9_][a-z0-9_+.-]*/) == nil {
                throw Failure.parameters(["tags": "invalid format - invalid tag name '\(tag)'\n"])
            }
            return Set(tags).sorted().joined(separator: ";")
        case "nameserver": return Self.list(value).joined(separator: " ")
        case _ where key.wholeMatch(of: /net\d+/) != nil:
            var device = try NetworkOption(value, parameter: key)
            if let bridge = device.values["bridge"], !bridges.contains(bridge) {
                throw Failure.parameters([key: "bridge '\(bridge)' does not exist"])
            }
            device.complete()
            return device.text
        default:
            guard key == "description" || !value.contains("\n") else {
                throw Failure.internalError("detected invalid newline inside property '\(key)'")
            }
            return value
        }
    }

    static func list(_ text: String?) -> [String] {
        (text ?? "").split { ",; \0".contains($0) }.map(String.init)
    }

    /// What the runtime is told.
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
