@testable import pvelab

/// The exchanges that are skipped or that differ, with the reasons.
enum LeftOut {
    /// Returns why an exchange is skipped, or nil if it is replayed.
    static func reason(unasked exchange: Recorded) -> String? {
        guard let method = exchange.method else { return "bytes on a socket: see the connection tests" }
        if let reason = cases.first(where: { exchange.name.hasPrefix($0.key) })?.value { return reason }
        for (type, reason) in workers where exchange.upid?.contains(":\(type):") == true { return reason }
        let path = exchange.target.prefix { $0 != "?" }
        let ending = path.split(separator: "/").dropFirst(2).drop { $0 == "nodes" || $0 == "pve9" || $0 == "pve1" }
        let words = ending.map { Int($0) == nil && !$0.hasPrefix("UPID") ? String($0) : "N" }.joined(separator: " ")
        if path.hasPrefix("/api2/extjs") { return "the browser's format: no client of the lab uses it" }
        return calls["\(method) \(words)"]
    }

    /// The reasons by the start of the case's name.
    private static let cases = [
        "stop2 (": "a second stop waits for the first: the lab has no temporary lock",
        "start with failing hookscript": "hook scripts are not in the lab's scope",
        "ticket from the future (+400s)": "a ticket signed for another time, with a key that is not in the recording",
        "valid ticket renew (ticket as password)": "a ticket from before the recording",
        "expired ticket renew": "a ticket from before the recording",
        "config after template": "queried while the task may still run",
        "gzip accepted": "compressed: the lab does not compress, as Proxmox does not for small responses",
    ]

    private static let workers = [
        ("resize", "resizing volumes is not in the lab's scope")
    ]

    /// Calls that the lab does not implement, numbers as N, without the node.
    private static let calls = [
        "PUT lxc N resize": "resizing volumes is not in the lab's scope",
        "POST lxc N snapshot": "snapshots are not in the lab's scope",
        "POST lxc N status suspend": "suspending is not in the lab's scope",
        "GET lxc N": "listings of the API's levels are not in the lab's scope",
        "GET lxc N status": "listings of the API's levels are not in the lab's scope",
        "GET status": "the node's load is not in the lab's scope",
        "GET tasks N": "listings of the API's levels are not in the lab's scope",
        "GET cluster tasks": "the cluster's task list is not in the lab's scope: it omits a token's own",
        "GET access ticket": "a page for browsers",
        "GET access domains": "realms are not in the lab's scope",
    ]

    /// Returns why the lab's response differs.
    static func reason(different exchange: Recorded, in release: APIServer.Release) -> String? {
        different[exchange.name] ?? different["\(release.rawValue) \(exchange.name)"]
    }

    /// The reasons by case, of both recordings or of one.
    private static let different = [
        "8.4 node upper-case": "PVE1 was a name of the recorded network",
        "8.4 interfaces t+0": "the guest gets its address some time after its start, the fake at once",
        "9.2 start with unsupported debian version (status final)": "the lab does not read the guest's /etc/os-release",
        "start with rootfs missing (status final)": "the lab does not check volumes before it starts a guest",
        "destroy with rootfs missing (status final)": "contains the output of the storage's command",
    ]
}
