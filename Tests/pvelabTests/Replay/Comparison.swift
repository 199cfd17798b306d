import Foundation

@testable import pvelab

extension Recorded {
    /// Whether this exchange shows the end of a worker.
    var tellsOfEnd: Bool {
        guard upid != nil else { return false }
        if name.hasSuffix("(status poll 0)") { return false }
        if method == "GET", target.hasSuffix("/status") {
            return (data as? [String: Any])?["status"] as? String == "stopped"
        }
        return name.hasSuffix("(log)")
    }

    var bodyType: String {
        if name.contains("json") { return "application/json;charset=UTF-8" }
        return name.hasPrefix("text/plain") ? "text/plain" : "application/x-www-form-urlencoded"
    }

    /// Returns the difference, or nil if the lab's reply is the same except for values that always differ.
    func difference(from reply: Reply, _ given: Any?) -> String? {
        let line = "\(reply.status) \(reply.reason)"
        guard line == "\(status) \(reason)" else { return "says \(line) instead of \(status) \(reason)" }
        let (wanted, given) = (stable(answer), stable(given))
        if let difference = Self.difference(in: ["errors"], wanted, given) { return difference }
        if let difference = Self.difference(in: ["data", "exitstatus"], wanted, given) { return difference }
        if let difference = Self.difference(among: Self.telling, wanted, given) { return difference }
        let (wantedShape, givenShape) = (Shape(wanted), Shape(given))
        return wantedShape == givenShape ? nil : "answers \(givenShape) instead of \(wantedShape)"
    }

    /// Whether a worker has ended at the first query is random.
    private func stable(_ answer: Any?) -> Any? {
        guard name.hasSuffix("(status poll 0)"), var members = answer as? [String: Any],
            var data = members["data"] as? [String: Any]
        else { return answer }
        for key in ["status", "exitstatus"] { data[key] = nil }
        members["data"] = data
        return members
    }

    /// Values that the same calls produce on every host.
    private static let telling: Set<String> = [
        "hostname", "name", "description", "tags", "memory", "cores", "features", "lock", "template", "onboot", "swap",
        "nameserver", "searchdomain", "status", "type", "user", "tokenid", "enable", "policy_in", "vmid", "cpus",
        "version", "release", "rootfs", "arch", "ostype", "unprivileged",
    ]

    private static func difference(among keys: Set<String>, _ wanted: Any?, _ given: Any?) -> String? {
        func values(_ answer: Any?) -> [String: String] {
            let data = (answer as? [String: Any])?["data"] as? [String: Any] ?? [:]
            return data.filter { keys.contains($0.key) }.mapValues { "\($0)" }
        }
        let (wanted, given) = (values(wanted), values(given))
        return wanted == given ? nil : "says \(given) instead of \(wanted)"
    }

    private static func difference(in path: [String], _ wanted: Any?, _ given: Any?) -> String? {
        func value(_ root: Any?) -> String {
            let found = path.reduce(root) { ($0 as? [String: Any])?[$1] }
            let members = found as? [String: String]
            return members.map { "\($0.sorted { $0.key < $1.key })" } ?? found.map { "\($0)" } ?? ""
        }
        let (wanted, given) = (value(wanted), value(given))
        return wanted == given ? nil : "\(path.last ?? "") is \(given) instead of \(wanted)"
    }
}

/// Whether a value is JSON's true or false, which Foundation decodes as numbers.
func isSwitch(_ value: Any) -> Bool { (value as? NSNumber).map { String(cString: $0.objCType) == "c" } ?? false }
