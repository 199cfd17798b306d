import Foundation

@testable import Engine
@testable import Resources

/// All faults of Proxmox's API, at every call that a command makes.
struct APIFaultMatrix {
    struct Fault: Sendable, CustomStringConvertible {
        var command: [String]
        var method: String
        /// The path in the format of `pvelab fault api`.
        var path: String
        var kind: String

        var description: String { "\(command[0]) × \(kind) × \(method) \(path)" }
        /// Whether the fault affects all sites: it leaves a lock on the template, which all of them clone.
        var isForAll: Bool { path.hasSuffix("/clone") && ["killed", "locked"].contains(kind) }
        var isOfFirewall: Bool { path.contains("/firewall/") }
    }

    private static let always = [
        "unheard", "undelivered", "refused", "revoked", "slow", "dropped", "timed-out", "truncated",
    ]
    private static let writing = ["no-quorum", "locked"]
    private static let working = ["killed", "unacknowledged"]

    /// Returns the faults of all calls of a successful run.
    static func faults(of command: [String], in log: PointLog, guest id: Int) -> [Fault] {
        var seen: Set<String> = []
        let calls = log.boundaries.filter { $0.what == "request" && $0.of.count == 2 }.map { boundary in
            (method: boundary.of[0], path: boundary.of[1].replacing(/UPID[^\/]*/, with: "*"))
        }.filter { seen.insert($0.method + $0.path).inserted }
        return calls.flatMap { method, path in
            let isWork =
                ["clone", "start", "shutdown"].contains { path.hasSuffix("/" + $0) }
                || path.hasSuffix("/lxc/\(id)") && method == "DELETE"
            let kinds =
                always + (method == "GET" ? [] : writing) + (isWork ? working : [])
                + (path.hasSuffix("/clone") ? ["full"] : [])
            return kinds.map { Fault(command: command, method: method, path: path, kind: $0) }
        }
    }

    /// Runs the command with a fault and checks its recovery.
    ///
    /// - Returns: The result of the run.
    @Sendable static func torment(_ site: TortureSite, with fault: Fault) throws -> String {
        var fault = fault
        fault.path = fault.path.replacing(/lxc\/15\d/, with: "lxc/\(site.id)")
        if fault.command[0] == "up" {
            try site.vanish()
        } else if try !site.isThere() {
            try site.succeed(["up", site.name])
        }
        try site.order(fault)
        // Simulates an administrator who removes what a dead worker has left.
        let (lab, locked) = (site.lab, fault.isForAll ? [101, site.id] : [site.id])
        defer { if fault.isForAll { _ = try? lab.node("pct unlock 101") } }
        if fault.kind == "locked" {
            Thread.detachNewThread {
                sleep(6)
                for guest in locked { _ = try? lab.node("pct unlock \(guest)") }
            }
        }
        let command = [fault.command[0], site.name] + fault.command.dropFirst()
        let (outcome, _) = try site.run(command)
        try site.order(fault, "none")
        let told = try site.isGood(outcome)
        try site.succeedAsTold(["up", site.name], after: outcome)
        try site.isConverged()
        return told
    }
}

extension TortureSite {
    /// Orders a fault that affects only this site's calls.
    fileprivate func order(_ fault: APIFaultMatrix.Fault, _ kind: String? = nil) throws {
        try lab.pvelab("fault", "api", fault.method, fault.path, kind ?? fault.kind, "--token", tokenID)
    }

    /// Checks the error of a failed run: it must say what failed, why if known, and what to do.
    ///
    /// - Returns: The start of the error message.
    func isGood(_ outcome: Lab.Outcome) throws -> String {
        guard outcome.status != 0 else { return "done" }
        let lines = outcome.output.split(separator: "\n").map(String.init)
        let told = lines.first { $0.hasPrefix("mxprovision: ") }?.dropFirst("mxprovision: ".count)
        let isAdvised = lines.contains { $0.hasPrefix("→ ") }
        let isRaw = ["Optional(", "Error Domain", "Swift.", "(code"].contains { outcome.output.contains($0) }
        try Shortfall.unless(
            told != nil && isAdvised && !isRaw, "ends with \(outcome.status) and says: \(outcome.output)")
        return "told: \(told ?? "")"
    }

    /// Follows the advice of a failed run and repeats the command. If that fails, too, does both once more.
    func succeedAsTold(_ words: [String], after outcome: Lab.Outcome) throws {
        try follow(outcome)
        let next = try run(words).outcome
        guard next.status != 0 else { return }
        _ = try isGood(next)
        try Shortfall.unless(try follow(next) > 0, "the next run says: \(next.output)")
        try succeed(words)
    }

    /// Runs the `pct` commands that a message names.
    @discardableResult
    private func follow(_ outcome: Lab.Outcome) throws -> Int {
        guard outcome.status != 0 else { return 0 }
        let commands = outcome.output.matches(of: /`(pct [a-z]+ \d+(?: --[a-z-]+ \d+)*)`/).map { String($0.output.1) }
        for command in commands { _ = try lab.node(command) }
        return commands.count
    }
}
