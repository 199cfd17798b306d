@testable import pvelab

/// What the lab is not asked, or answers otherwise, and why.
enum LeftOut {
    /// Why an exchange is not even tried; nil if it is.
    static func reason(unasked exchange: Recorded) -> String? {
        guard let method = exchange.method else { return "bytes on a socket, which the tests of the connection send" }
        if let reason = cases.first(where: { exchange.name.hasPrefix($0.key) })?.value { return reason }
        for (type, reason) in workers where exchange.upid?.contains(":\(type):") == true { return reason }
        let path = exchange.target.prefix { $0 != "?" }
        let ending = path.split(separator: "/").dropFirst(2).drop { $0 == "nodes" || $0 == "pve9" || $0 == "pve1" }
        let words = ending.map { Int($0) == nil && !$0.hasPrefix("UPID") ? String($0) : "N" }.joined(separator: " ")
        if path.hasPrefix("/api2/extjs") { return "the browser's format: no client of the lab asks for it" }
        return calls["\(method) \(words)"]
    }

    /// By the beginning of the case's name.
    private static let cases = [
        "stop2 (": "a second stop waits for the first: the lab has no lock of the moment",
        "start with failing hookscript": "hook scripts are not in the lab's scope",
        "ticket from the future (+400s)": "a ticket signed for another time, by a key that the recording has not",
        "valid ticket renew (ticket as password)": "a ticket that was made before the recording",
        "expired ticket renew": "a ticket that was made before the recording",
        "config after template": "asked while the task was or was not through with it",
        "gzip accepted": "compressed: the lab does not compress, which a client has to expect of small answers anyway",
    ]

    private static let workers = [
        ("resize", "resizing volumes is not in the lab's scope")
    ]

    /// Calls that the lab has not, numbers as N, without the node.
    private static let calls = [
        "PUT lxc N resize": "resizing volumes is not in the lab's scope",
        "POST lxc N snapshot": "snapshots are not in the lab's scope",
        "POST lxc N status suspend": "suspending is not in the lab's scope",
        "GET lxc N": "listings of an API's levels are for people who explore it",
        "GET lxc N status": "listings of an API's levels are for people who explore it",
        "GET status": "the node's load is not in the lab's scope",
        "GET tasks N": "listings of an API's levels are for people who explore it",
        "GET cluster tasks": "the cluster's task list is not in the lab's scope: it leaves out a token's own",
        "GET access ticket": "a page for browsers",
        "GET access domains": "realms are not in the lab's scope",
    ]

    /// Why the lab answers otherwise.
    static func reason(different exchange: Recorded, in release: APIServer.Release) -> String? {
        different[exchange.name] ?? different["\(release.rawValue) \(exchange.name)"]
    }

    /// By case, of both recordings or of one.
    private static let different = [
        "8.4 node upper-case": "PVE1 was a name of the recorded network",
        "8.4 interfaces t+0": "the guest's address comes a moment after its start; the double's is there at once",
        "9.2 start with unsupported debian version (status final)": "the lab does not read the guest's /etc/os-release",
        "start with rootfs missing (status final)": "the lab looks for no volume before it starts a guest",
        "destroy with rootfs missing (status final)": "says what the storage's command said",
    ]
}
