import Foundation

/// The programs that the lab requires on the machine.
enum Requirements {
    static let programs = [
        "ip", "nsenter", "unshare", "setsid", "nft", "iptables-restore", "ufw", "sysctl", "wg", "wireguard-go", "named",
        "dig", "busybox", "lxc-start", "lxc-attach", "pebble", "mmdebstrap", "apt-ftparchive", "sshd", "ssh-keygen",
        "ssh-keyscan", "openssl",
    ]

    static func check() throws {
        guard geteuid() == 0 else { throw LabError.notRoot }
        for program in programs where !isInstalled(program) { throw LabError.missingProgram(program) }
    }

    private static func isInstalled(_ program: String) -> Bool {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return (path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"]).contains { folder in
            FileManager.default.isExecutableFile(atPath: "\(folder)/\(program)")
        }
    }
}
