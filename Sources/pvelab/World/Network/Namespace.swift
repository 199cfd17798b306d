import Foundation

/// One of the lab's three network namespaces.
enum Namespace: String, Sendable, CaseIterable {
    /// The internet with its name server, and the operator's machine.
    case internet = "pvelab"
    /// The site that gets the backup MX: the Proxmox node pve2.
    case secondary = "pvelab-secondary"
    /// The site with the mail server.
    case primary = "pvelab-primary"

    var path: String { "/run/netns/\(rawValue)" }

    /// Whether the namespace exists. A namespace that lost its mount (as after a crash of `ip netns add`) is an empty
    /// file and does not exist.
    var exists: Bool {
        get async { await Tool("true").inside(self).succeeds() }
    }

    /// Kills every process in the namespace and removes its name. The kernel then frees the namespace and its links.
    func remove() async throws {
        guard FileManager.default.fileExists(atPath: path) else { return }
        try await Deadline(seconds: 10).wait(for: "the end of what runs in \(rawValue)", log: path) {
            let processes = ((try? await Tool("ip", "netns", "pids", rawValue).run()) ?? "")
                .split(separator: "\n").compactMap { pid_t($0) }
            for process in processes where process != getpid() { kill(process, SIGKILL) }
            return processes.allSatisfy { $0 == getpid() }
        }
        try await Tool("ip", "netns", "del", rawValue).run()
    }
}
