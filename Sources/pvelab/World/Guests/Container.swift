import Foundation

/// One LXC container: a folder with its files and its `config`, started in the network namespace of its site.
///
/// LXC's control socket is bound to the network namespace of the process that started the container, so every call is
/// made there.
struct Container: Sendable {
    let name: String
    let site: Namespace
    /// The folder with one folder for each container.
    let guests: String

    var files: RootFilesystem { RootFilesystem(folder: "\(guests)/\(name)") }

    func start(_ configuration: GuestConfiguration) async throws {
        try prepareFiles(configuration)
        for number in configuration.networks.indices {
            let script = "#!/bin/sh\nset -eu\n" + plug(number, configuration)
            try LabFolder.write(script, to: joining(number), mode: 0o755)
        }
        try LabFolder.write(lxcConfiguration(configuration), to: "\(files.folder)/config", mode: 0o600)
        try await lxc("start", "--logfile", "\(files.folder)/lxc.log", "--logpriority", "WARN").run()
    }

    /// Kills the container. Does nothing if it is stopped.
    func stop() async throws {
        guard await isRunning else { return }
        try await lxc("stop", "--kill").run()
    }

    /// Shuts the container down. Returns false if it still runs after `timeout` seconds.
    func shutdown(timeout: Int) async throws -> Bool {
        guard await isRunning else { return true }
        _ = try await lxc("stop", "--nokill", "--timeout", String(timeout)).outcome()
        return await !isRunning
    }

    var isRunning: Bool {
        get async {
            let state = try? await lxc("info", "--state", "--no-humanize").run()
            return state?.trimmingCharacters(in: .whitespacesAndNewlines) == "RUNNING"
        }
    }

    var initProcess: Int? {
        get async {
            let pid = try? await lxc("info", "--pid", "--no-humanize").run()
            return pid.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }.flatMap { $0 > 0 ? $0 : nil }
        }
    }

    /// Runs a shell script as root in the guest.
    @discardableResult
    func run(_ script: String) async throws -> String {
        try await lxc("attach", "--clear-env", "--", "/bin/sh", "-euc", script).run()
    }

    func lxc(_ verb: String, _ arguments: String...) -> Tool {
        Tool(["lxc-\(verb)", "--lxcpath", guests, "--name", name] + arguments).inside(site)
    }

    /// Makes the changes to the guest's files that Proxmox makes before each start.
    func prepareFiles(_ configuration: GuestConfiguration) throws {
        guard configuration.ostype != "unmanaged" else { return }
        let wanted = GuestFiles(configuration: configuration)
        try files.write(wanted.hostname, to: "/etc/hostname")
        try files.write(wanted.hosts(from: files.read("/etc/hosts")), to: "/etc/hosts")
        try files.write(
            wanted.resolver(from: files.read("/etc/resolv.conf"), host: (Topology.nodeResolver, nil)),
            to: "/etc/resolv.conf"
        )
        try files.write(wanted.interfaces(from: files.read("/etc/network/interfaces")), to: "/etc/network/interfaces")
    }

    /// Returns the path of the script that LXC calls at each start, also if the guest reboots itself.
    private func joining(_ number: Int) -> String { "\(files.folder)/join-\(number)" }

    /// Returns a script that connects the node's end of a veth pair to the configured bridge.
    func plug(_ number: Int, _ configuration: GuestConfiguration) -> String {
        let network = configuration.networks[number]
        return FirewallBridge(guest: name, index: number)
            .plug(into: network["bridge"] ?? "vmbr0", isFirewalled: network["firewall"] == "1")
    }

    func lxcConfiguration(_ configuration: GuestConfiguration) -> String {
        let networks = configuration.networks.enumerated().map { number, network in
            """
            lxc.net.\(number).type = veth
            lxc.net.\(number).name = \(network["name"] ?? "eth\(number)")
            lxc.net.\(number).veth.pair = \(FirewallBridge(guest: name, index: number).wire)
            lxc.net.\(number).script.up = \(joining(number))
            lxc.net.\(number).flags = up
            """ + (network["hwaddr"].map { "\nlxc.net.\(number).hwaddr = \($0)" } ?? "")
        }
        return """
            lxc.include = /usr/share/lxc/config/common.conf
            lxc.rootfs.path = dir:\(files.root)
            lxc.uts.name = \(configuration.hostname)
            lxc.apparmor.profile = unconfined
            lxc.mount.auto = proc:mixed sys:mixed cgroup:mixed
            lxc.signal.halt = SIGRTMIN+3
            lxc.console.logfile = \(files.folder)/console.log
            \(networks.joined(separator: "\n"))

            """
    }
}
