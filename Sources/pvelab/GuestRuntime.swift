/// The backend that runs the containers of the API server.
///
/// The API keeps configurations, locks and tasks. The runtime keeps root file systems and processes.
protocol GuestRuntime: Sendable {
    /// Creates the root file system of `new` from that of `source`, which does not change.
    ///
    /// As Proxmox's post-clone hook does, sets `/etc/machine-id` to one newline and changes nothing else.
    ///
    /// - Parameter layered: Whether the source is a template, which never changes again, so that a layer over it is
    ///   sufficient.
    func clone(_ source: Int, to new: Int, layered: Bool) async throws

    /// Creates the root file system of a new guest from an OS template.
    func unpack(_ template: OSTemplate, to id: Int) async throws -> UnpackedSystem

    /// Does what Proxmox does once after it unpacks an OS template (PVE::LXC::Setup, post_create_hook): removes the
    /// machine id, sets root's password and authorized keys, does everything that precedes each start, and creates new
    /// ssh host keys.
    ///
    /// - Returns: The new keys in the order of their creation.
    func setUp(_ id: Int, _ setup: FirstSetup) async throws -> [HostKey]

    /// Does what Proxmox does before each start (hostname, hosts, resolv.conf, interfaces), then boots the guest.
    /// Returns when init runs, which is before the network or sshd are up.
    func start(_ id: Int, configuration: GuestConfiguration) async throws

    /// Kills the guest.
    func stop(_ id: Int) async throws

    /// Signals the guest's init to shut down. Returns false if the guest still runs after `timeout` seconds.
    func shutdown(_ id: Int, timeout: Int) async throws -> Bool

    /// Removes the root file system of a stopped guest.
    func destroy(_ id: Int) async throws

    /// Applies a changed network configuration to a running guest.
    func reconfigure(_ id: Int, configuration: GuestConfiguration) async throws

    func isRunning(_ id: Int) async -> Bool
    /// Returns the host's process id of the guest's init, or nil if the guest is stopped.
    func initProcess(_ id: Int) async -> Int?
    /// Returns the guest's interfaces as `ip --json addr` prints them in its network namespace, or none if the guest is
    /// stopped.
    func interfaces(_ id: Int) async throws -> [GuestInterface]
}

/// The part of a guest's Proxmox configuration that the runtime needs.
struct GuestConfiguration: Sendable, Hashable {
    /// The configured hostname, possibly with dots, or `CT<id>` if none is set.
    var hostname: String
    /// The key-value pairs of `net0`, `net1`, … ordered by number: `name`, `bridge`, `hwaddr`, `ip`, `gw`, `ip6`,
    /// `gw6`, `firewall`.
    var networks: [[String: String]] = []
    /// Name servers separated by blanks, or nil for those of the host.
    var nameserver: String?
    var searchdomain: String?
    /// The memory in MiB.
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

/// The content of an OS template.
struct UnpackedSystem: Sendable, Hashable {
    var bytes: Int
    /// The value of the option `ostype`.
    var ostype = "debian"
}

/// The data for a new guest before its first start.
struct FirstSetup: Sendable, Hashable {
    var configuration: GuestConfiguration
    /// Root's password, or nil to lock it.
    var password: String?
    /// Lines for root's `authorized_keys`.
    var publicKeys: [String] = []
    /// The comment of the new host keys.
    var keyComment = "root@localhost"
}

struct HostKey: Sendable, Hashable {
    /// The file name, such as `ssh_host_ed25519_key`.
    var file: String
    /// The fingerprint, `SHA256:…`.
    var fingerprint: String

    static let types = ["rsa", "ecdsa", "ed25519"]
}
