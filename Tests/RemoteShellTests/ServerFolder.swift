import Foundation
import TestSupport
import Testing

/// The keys and configurations of one test's server and clients.
struct ServerFolder: Sendable {
    /// A user that the server accepts.
    enum Account: Sendable {
        /// The user who runs the tests.
        case current
        /// A user other than root, with a `sudo` that permits everything or nothing.
        case stranger(maySudo: Bool)

        var name: String {
            switch self {
            case .stranger where getuid() == 0: "mxp-operator"
            default: NSUserName()
            }
        }
    }

    let root: String
    /// Further lines of sshd_config(5), before the others: the first value of a keyword applies.
    var options = ""

    /// Creates a host key and a user's key.
    init() async throws {
        root = "/tmp/mxp-sshd-\(UUID().uuidString.prefix(8))"
        // Others must not be able to write sshd's files, and the test's own account must have access.
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o755]
        for name in ["", "/bin"] {
            try FileManager.default.createDirectory(
                atPath: root + name, withIntermediateDirectories: false, attributes: attributes)
        }
        try await Self.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path("host_key"))
        try await Self.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path("identity"))
        try FileManager.default.copyItem(atPath: path("identity.pub"), toPath: path("authorized_keys"))
        try write("", to: "ssh_config")
    }

    func path(_ name: String) -> String { "\(root)/\(name)" }

    func write(_ text: String, to name: String, mode: Int = 0o644) throws {
        try Data(text.utf8).write(to: URL(filePath: path(name)))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path(name))
    }

    /// The server's public key, `type base64`.
    func hostKey() throws -> String {
        let line = try String(contentsOfFile: path("host_key.pub"), encoding: .utf8)
        return line.split(separator: " ").prefix(2).joined(separator: " ")
    }

    /// Creates another key for the same server, used after a restart.
    func changeHostKey() async throws {
        for name in ["host_key", "host_key.pub"] { try FileManager.default.removeItem(atPath: path(name)) }
        try await Self.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path("host_key"))
    }

    /// Writes the server's configuration, and returns its path.
    func configure(port: Int, account: Account) throws -> String {
        if case .stranger(let maySudo) = account {
            let answer =
                maySudo
                ? "echo \"$*\" >>\(path("sudo.log")); shift; exec \"$@\""
                : "echo 'sudo: a password is required' >&2; exit 1"
            try write("#!/bin/sh\n\(answer)\n", to: "bin/sudo", mode: 0o755)
            try write("", to: "sudo.log", mode: 0o666)
        } else if getuid() != 0 {
            try write("#!/bin/sh\nshift; exec \"$@\"\n", to: "bin/sudo", mode: 0o755)
        }
        try write(
            """
            \(options)
            ListenAddress 127.0.0.1
            Port \(port)
            HostKey \(path("host_key"))
            AuthorizedKeysFile \(path("authorized_keys"))
            PidFile none
            # The folder is in /tmp, which is world-writable.
            StrictModes no
            UsePAM no
            KbdInteractiveAuthentication no
            PasswordAuthentication no
            PermitRootLogin yes
            LogLevel VERBOSE
            SetEnv PATH=\(path("bin")):/usr/bin:/bin

            """, to: "sshd_config")
        return path("sshd_config")
    }

    /// For an account that this machine does not have, a mount namespace with a passwd file that has it.
    func command(_ command: [String], as account: Account) throws -> [String] {
        guard getuid() == 0 else { return command }
        try FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
        guard account.name != NSUserName() else { return command }
        let passwd = try String(contentsOfFile: "/etc/passwd", encoding: .utf8)
        try write(passwd + "\(account.name):*:54321:65534::\(root):/bin/sh\n", to: "passwd")
        return [
            "/usr/bin/unshare", "--mount", "sh", "-c", "mount --bind \"$1\" /etc/passwd && shift && exec \"$@\"", "sh",
            path("passwd"),
        ] + command
    }

    func remove() { try? FileManager.default.removeItem(atPath: root) }

    private static func run(_ command: String...) async throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        try await process.runToEnd()
        try #require(process.terminationStatus == 0, "\(command.joined(separator: " "))")
    }
}
