/// What the API server needs from whatever really holds the containers.
///
/// The API keeps configurations, locks and tasks; the runtime keeps root file systems and processes.
protocol GuestRuntime: Sendable {
    /// Makes the root file system of `new` from that of `source`, which stays as it is.
    ///
    /// As Proxmox's post-clone hook: `/etc/machine-id` becomes one newline, nothing else changes.
    ///
    /// - Parameter layered: whether the source is a template, which never changes again: a layer over it does.
    func clone(_ source: Int, to new: Int, layered: Bool) async throws

    /// Does what Proxmox does before each start (hostname, hosts, resolv.conf, interfaces), then boots the guest.
    /// Returns when init runs, not when the network or sshd are up.
    func start(_ id: Int, configuration: GuestConfiguration) async throws

    /// Kills the guest.
    func stop(_ id: Int) async throws

    /// Signals the guest's init to shut down; false if it was still running after `timeout` seconds.
    func shutdown(_ id: Int, timeout: Int) async throws -> Bool

    /// Removes the root file system of a stopped guest.
    func destroy(_ id: Int) async throws

    /// Applies a changed network configuration to a running guest.
    func reconfigure(_ id: Int, configuration: GuestConfiguration) async throws

    func isRunning(_ id: Int) async -> Bool
    /// The host's process id of the guest's init; nil when stopped.
    func initProcess(_ id: Int) async -> Int?
    /// The guest's interfaces, as `ip --json addr` in its network namespace tells them; empty when stopped.
    func interfaces(_ id: Int) async throws -> [GuestInterface]
}

/// What the runtime has to know of a guest's Proxmox configuration.
struct GuestConfiguration: Sendable, Hashable {
    /// The configured hostname, possibly with dots; `CT<id>` where none is set.
    var hostname: String
    /// Key-value pairs of `net0`, `net1`, … in order of their number: `name`, `bridge`, `hwaddr`, `ip`, `gw`, `ip6`, `gw6`,
    /// `firewall`.
    var networks: [[String: String]] = []
    /// Blank-separated; nil means the host's.
    var nameserver: String?
    var searchdomain: String?
    /// MiB
    var memory = 512
    var cores: Int?
    var nesting = false
    var ostype = "debian"
}

/// One interface as seen inside a guest.
struct GuestInterface: Sendable, Hashable {
    struct Address: Sendable, Hashable {
        var address: String
        var prefix: Int
        var isIPv6: Bool
    }
    var name: String
    var hwaddr: String
    var addresses: [Address] = []
}
