import Foundation

/// The node's own sshd, with a host key of its own, `pct` and `pvesh` in the PATH of those who log in, and a ufw that is off.
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
        try LabFolder.write(try LabFolder.read(images.adminKey + ".pub"), to: folder("node/authorized_keys"))
        try LabFolder.write(configuration, to: folder("node/sshd_config"))
        try await Tool(
            "unshare", "--mount", "sh", "-euc", Self.ownFirewall, folder("node/ufw"),
            try await program(), "-D", "-e", "-f", folder("node/sshd_config")
        ).inside(.secondary).detach(log: folder.log("node-sshd"))
    }

    /// ufw keeps its rules in files, and this machine's own are not the node's: `$0` is the folder of the node's, made as the
    /// package ships them.
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

    /// sshd wants to be called by its full name, because it calls itself.
    private func program() async throws -> String {
        try await Tool("sh", "-c", "PATH=$PATH:/usr/sbin command -v sshd").run()
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// As Proxmox's: `exec` becomes lxc-attach and leaves its words, streams and status alone; the rest asks the node.
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
        exec '\(executable)' pct --dir '\(folder.path)' "$@"

        """
    }

    /// As Proxmox's: the API's calls as commands of root.
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
