import Foundation

/// Runs the node's guests as LXC containers of the secondary site.
struct LXCRuntime: GuestRuntime {
    let guests: String
    /// The folder with the contents of the OS templates.
    let templates: String

    func container(_ id: Int) -> Container {
        Container(name: String(id), site: .secondary, guests: guests)
    }

    /// Raises the kernel's limit of inotify instances, as pve-container does it (10-pve-ct-inotify-limits.conf). Each
    /// guest's systemd needs some of the 128 instances of root's processes, so a dozen guests exhaust them. The limit
    /// stays raised.
    func allowMany() async throws {
        let file = "/proc/sys/fs/inotify/max_user_instances"
        let limit = try LabFolder.read(file).trimmingCharacters(in: .newlines)
        guard let limit = Int(limit), limit < 8192 else { return }
        try await Tool("sysctl", "-qw", "fs.inotify.max_user_instances=8192").run()
    }

    func clone(_ source: Int, to new: Int, layered: Bool) async throws {
        let original = container(source).files
        guard original.exists else { throw LabError.noSuchGuest(source) }
        let copy = container(new).files
        try await layered ? copy.make(above: original) : copy.make(copying: original)
        if !copy.read("/etc/machine-id").hasPrefix("uninitialized") {
            try LabFolder.write("\n", to: copy.root + "/etc/machine-id", mode: 0o444)
        }
        try? FileManager.default.removeItem(atPath: copy.root + "/var/lib/dbus/machine-id")
    }

    func start(_ id: Int, configuration: GuestConfiguration) async throws {
        guard container(id).files.exists else { throw LabError.noSuchGuest(id) }
        try await container(id).start(configuration)
    }

    func stop(_ id: Int) async throws {
        try await container(id).stop()
    }

    func shutdown(_ id: Int, timeout: Int) async throws -> Bool {
        try await container(id).shutdown(timeout: timeout)
    }

    func destroy(_ id: Int) async throws {
        try await container(id).files.remove()
        try await Tool("sh", "-euc", FirewallBridge.remove(of: id)).inside(.secondary).run()
    }

    /// Applies new addresses immediately, as Proxmox does it: from outside, in the guest's network namespace.
    func reconfigure(_ id: Int, configuration: GuestConfiguration) async throws {
        guard let process = await container(id).initProcess else { throw LabError.notRunning(id) }
        try container(id).prepareFiles(configuration)
        for number in configuration.networks.indices {
            try await Tool("sh", "-euc", container(id).plug(number, configuration)).inside(.secondary).run()
        }
        for network in configuration.networks {
            guard let name = network["name"] else { continue }
            var steps = ["ip addr flush dev \(name) scope global"]
            for (family, address, gateway) in [("-4", "ip", "gw"), ("-6", "ip6", "gw6")] {
                guard let fixed = network[address], fixed.contains("/") else { continue }
                steps.append("ip \(family) addr replace \(fixed) dev \(name)")
                if let next = network[gateway] {
                    steps.append("ip \(family) route replace default via \(next) dev \(name)")
                }
            }
            try await Tool(
                "nsenter", "--net=/proc/\(process)/ns/net", "--", "sh", "-euc", steps.joined(separator: "\n")
            )
            .run()
        }
    }

    func isRunning(_ id: Int) async -> Bool {
        await container(id).isRunning
    }

    func initProcess(_ id: Int) async -> Int? {
        await container(id).initProcess
    }

    func interfaces(_ id: Int) async throws -> [GuestInterface] {
        guard let process = await container(id).initProcess else { return [] }
        let listing = try await Tool("nsenter", "--net=/proc/\(process)/ns/net", "--", "ip", "--json", "addr").run()
        return try InterfaceListing.read(listing)
    }
}
