import Foundation

/// The node's sshd with its own host key, Proxmox's commands in the PATH of its users, and an inactive ufw.
struct NodeShell: Sendable {
    let folder: LabFolder
    let images: ImageCache

    var hostKey: String { folder("node/ssh_host_ed25519_key") }

    func start(executable: String) async throws {
        if !FileManager.default.fileExists(atPath: hostKey) {
            try await Tool(
                "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "root@\(Topology.nodeName)", "-f", hostKey
            )
            .run()
        }
        try await Tool("mkdir", "-p", folder("node/bin"), "/run/sshd").run()
        try LabFolder.write(pct(executable), to: folder("node/bin/pct"), mode: 0o755)
        try LabFolder.write(pvesh(executable), to: folder("node/bin/pvesh"), mode: 0o755)
        for name in ["pveum", "pvesm", "pvenode", "pvecm", "pveam"] {
            let script = "#!/bin/sh\nexec '\(executable)' node --dir '\(folder.path)' \(name) \"$@\"\n"
            try LabFolder.write(script, to: folder("node/bin/\(name)"), mode: 0o755)
        }
        try LabFolder.write(try LabFolder.read(images.adminKey + ".pub"), to: folder("node/authorized_keys"))
        try LabFolder.write(configuration, to: folder("node/sshd_config"))
        try await Tool(
            "unshare", "--mount", "sh", "-euc", Self.ownFirewall, folder("node/ufw"),
            try await program(), "-D", "-e", "-f", folder("node/sshd_config")
        ).inside(.secondary).detach(log: folder.log("node-sshd"))
    }

    /// Creates a separate set of ufw's rule files, because the files of this machine must not change. `$0` is the
    /// folder of the node's files, created as in the package.
    private static let ownFirewall = #"""
        rm -rf "$0"
        mkdir -p "$0/etc"
        cp -a /etc/ufw/. "$0/etc/"
        cp /usr/share/ufw/iptables/*.rules /usr/share/ufw/*.init /usr/share/ufw/ufw.conf "$0/etc/"
        sed 's/^IPV6=.*/IPV6=yes/; s/^DEFAULT_\(INPUT\|FORWARD\)_POLICY=.*/DEFAULT_\1_POLICY="DROP"/' /etc/default/ufw > "$0/default"
        mount --bind "$0/etc" /etc/ufw
        mount --bind "$0/default" /etc/default/ufw
        exec "$@"
        """#

    func isAnswering() async -> Bool {
        let scan = Tool("ssh-keyscan", "-T", "1", "-t", "ed25519", Topology.nodeAddress)
        return (try? await scan.inside(.internet).run())?.contains("ssh-ed25519") ?? false
    }

    /// Returns the full path of sshd, which it requires because it executes itself.
    private func program() async throws -> String {
        try await Tool("sh", "-c", "PATH=$PATH:/usr/sbin command -v sshd").run()
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Returns the script `pct`. As in Proxmox, `exec` becomes lxc-attach and does not change words, streams and
    /// status; `mount` mounts a guest's disk in this shell, which has its own mount namespace. The daemon handles all
    /// other commands.
    private func pct(_ executable: String) -> String {
        """
        #!/bin/sh
        # pct exec ID [--keep-env 0|1] -- COMMAND…
        if [ "$1" = exec ] && [ $# -ge 3 ]; then
            id=$2 keep=--keep-env
            shift 2
            if [ "$1" = --keep-env ] || [ "$1" = -keep-env ]; then
                [ "$2" = 1 ] || keep=--clear-env
                shift 2
            fi
            [ "$1" != -- ] || shift
            '\(executable)' pct --dir '\(folder.path)' running "$id" || exit $?
            PATH=/sbin:/bin:/usr/sbin:/usr/bin exec lxc-attach --lxcpath '\(folder.guests)' --name "$id" $keep -- "$@"
        fi
        if [ "$1" = mount ] && [ $# = 2 ]; then
            '\(executable)' pct --dir '\(folder.path)' "$@" || exit $?
            root=/var/lib/lxc/$2/rootfs guest='\(folder.guests)'/$2
            mkdir -p "$root"
            if [ -e "$guest/lower" ]; then
                mount -t overlay pvelab -o "ro,lowerdir=$guest/upper:$(cat "$guest/lower")" "$root"
            else
                mount --bind "$guest/root" "$root"
            fi || exit $?
            echo "mounted CT $2 in '$root'"
            exit
        fi
        if [ "$1" = unmount ] && [ $# = 2 ]; then
            umount "/var/lib/lxc/$2/rootfs" 2>/dev/null
        fi
        exec '\(executable)' pct --dir '\(folder.path)' "$@"

        """
    }

    /// Returns the script `pvesh`: the API's calls as commands of root.
    private func pvesh(_ executable: String) -> String {
        "#!/bin/sh\nexec '\(executable)' pvesh --dir '\(folder.path)' \"$@\"\n"
    }

    private var configuration: String {
        """
        ListenAddress \(Topology.nodeAddress)
        HostKey \(hostKey)
        PidFile none
        AuthorizedKeysFile \(folder("node/authorized_keys"))
        PermitRootLogin prohibit-password
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        UsePAM yes
        UseDNS no
        PrintMotd no
        AllowUsers root
        StrictModes no
        SetEnv PATH=\(folder("node/bin")):/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
        Subsystem sftp internal-sftp

        """
    }
}
