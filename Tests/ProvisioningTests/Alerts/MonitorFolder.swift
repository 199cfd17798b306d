import Foundation
import RemoteShell
import TestSupport
import Testing

/// A folder in which the guest's monitor runs as in a guest. Clock, Postfix, primary and network are programs that
/// print prepared files.
final class MonitorFolder: Sendable {
    private static let script = PullFolder.scripts + "/monitor"
    private let scratch = ScratchFolder()
    var path: String { scratch.path }

    init(_ settings: [String: String] = [:]) throws {
        let queues = ["incoming", "active", "deferred", "hold", "maildrop"].map { "spool/\($0)" }
        for folder in queues + ["bin", "alert", "sent", "answers", "recipients", "lists"] {
            try FileManager.default.createDirectory(atPath: "\(path)/\(folder)", withIntermediateDirectories: true)
        }
        let usual = [
            "host": "mx2.a.net", "site": "two", "state": path + "/state", "run": path + "/run",
            "spool": path + "/spool", "uptime": path + "/uptime",
            "lists": path + "/lists", "certificate": "/chain.pem", "primary": "10.1.0.12", "port": "25",
            "peer": "10.1.0.1", "messages": "4", "minutes": "30", "free": "500", "days": "14", "patience": "0",
            "repeat": "24",
        ].merging(settings) { $1 }
        try put("monitor.conf", usual.sorted { $0.key < $1.key }.map { "\($0)=\($1)\n" }.joined())
        try put("now", "1800000000")
        try put("uptime", "5000.25 9000.00\n")
        try put("primary", "state=answers\nevidence=220 mail ESMTP\ndialogue=yes\n")
        try put("queue", "")
        try put("free", "9000")
        try put("inodes", "3%")
        try put("postfix", "0")
        try put("type", "oneshot")
        try put("cron", "0")
        try program("date", "[ \"$*\" = +%s ] && exec cat \(path)/now; exec /bin/date \"$@\"")
        try program("logger", "exit 0")
        try program("primary-state", "echo asked >>\(path)/asked; cat \(path)/primary")
        try program("postqueue", "case $1 in -f) echo flush >>\(path)/flushed ;; *) cat \(path)/queue ;; esac")
        // Debian 12's wrapper unit is always active. Debian 13's instance is never active.
        try program(
            "systemctl",
            """
            case $(cat \(path)/type),$* in
            *,*cron*) exit $(cat \(path)/cron) ;;
            *,show*) cat \(path)/type ;;
            oneshot,*@-.service | forking,*postfix.service) exit $(cat \(path)/postfix) ;;
            oneshot,*) exit 0 ;;
            *) exit 3 ;;
            esac
            """)
        try program("openssl", "cat \(path)/certificate 2>/dev/null")
        try program(
            "df",
            "case $1 in *i) row=\"x 9 9 9 $(cat \(path)/inodes) /\" ;; *) row=\"x 9 9 $(($(cat \(path)/free) * 1024)) 9% /\" ;; esac; printf 'head\\n%s\\n' \"$row\""
        )
        try program("curl", Self.curl.replacing("ROOT", with: path))
        try certificate(days: 60)
    }

    /// A curl that stores requests, and prints the status in the channel's file, or 200.
    private static let curl = #"""
        name=${3##*/} body=
        printf '%s\n' "$*" >>ROOT/arguments
        [ "$name" != - ] || { name=healthchecks; cat >>ROOT/sent/healthchecks; }
        for word; do case $word in @*) body=${word#@} ;; */body) body=$word ;; esac; done
        code=$(cat "ROOT/answers/$name" 2>/dev/null || echo 200)
        printf %s "$code"
        case $code in
        000) echo 'curl: (7) Failed to connect' >&2; exit 7 ;;
        2*) { [ -z "$body" ] && printf %s "$word" || cat "$body"; } >>"ROOT/sent/$name"; echo >>"ROOT/sent/$name" ;;
        esac
        """#

    func put(_ name: String, _ text: String) throws {
        try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
    }
    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(path)/\(name)") }
    func settings() throws -> String { try #require(read("monitor.conf")) }
    func read(_ name: String) -> String? { try? String(contentsOfFile: "\(path)/\(name)", encoding: .utf8) }

    /// Replaces a program of the guest.
    func program(_ name: String, _ body: String) throws {
        try put("bin/\(name)", "#!/bin/sh\n\(body)\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(path)/bin/\(name)")
    }

    /// Creates channels with any configuration.
    func channel(_ names: String...) throws {
        for name in names { try put("alert/\(name)", "url = \"https://\(name).example/x\"\n") }
    }

    /// Sets the status of the channel's server; 000 for no answer.
    func answer(_ code: String, on channel: String) throws { try put("answers/\(channel)", code) }

    /// Returns the events that a channel has received, one per line.
    func got(_ channel: String) -> [String] {
        (read("sent/\(channel)") ?? "").split(separator: "\n").map(String.init)
    }

    /// Returns the events of a `webhook` channel, decoded from JSON.
    func events(_ channel: String = "webhook") throws -> [[String: String]] {
        try got(channel).map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: String])
        }
    }
    func told(_ channel: String = "webhook") throws -> [String] {
        try events(channel).map { "\($0["event"] ?? "") \($0["condition"] ?? "")" }
    }

    func pass(minutes: Int) throws {
        let uptime = try #require(read("uptime")?.split(separator: ".").first.flatMap { Int($0) })
        try put("uptime", "\(uptime + minutes * 60).25 9000.00\n")
        try setClock(minutes: minutes)
    }

    /// Moves the clock without changing the uptime.
    func setClock(minutes: Int) throws {
        let now = try #require(read("now").flatMap { Int($0) })
        try put("now", String(now + minutes * 60))
    }

    func certificate(days: Int, of life: Int = 90) throws {
        let now = try #require(read("now").flatMap { Int($0) })
        func form(_ seconds: Int) -> String {
            Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
        }
        try put(
            "certificate",
            "notBefore=\(form(now + (days - life) * 86400))\nnotAfter=\(form(now + days * 86400))\n")
    }

    /// Queues messages in the format of `postqueue -j`.
    func queue(_ count: Int, minutesOld: Int = 1, reason: String = "connect to 10.1.0.12: Connection refused") throws {
        let now = try #require(read("now").flatMap { Int($0) })
        let folder = "\(path)/spool/deferred"
        for file in try FileManager.default.contentsOfDirectory(atPath: folder) {
            try FileManager.default.removeItem(atPath: "\(folder)/\(file)")
        }
        for number in 0..<count { try put("spool/deferred/\(number)", "") }
        let line = #"""
            {"queue_name": "deferred", "queue_id": "4c", "arrival_time": \#(now - minutesOld * 60), "message_size": 3, \#
            "forced_expire": false, "sender": "x@y.example", "recipients": [{"address": "a@a.net", "delay_reason": "\#(reason)"}]}

            """#
        try put("queue", String(repeating: line, count: count))
    }

    @discardableResult
    func run(_ words: String...) async throws -> String {
        let completion = try await ProcessShell.local.run(
            "PATH=\(path + "/bin"):$PATH; dash \(Self.script) \(words) \(path)")
        try #require(completion.exit == 0 && completion.errorText == "", "\(completion.errorText)")
        return completion.text
    }

    func show() async throws -> String {
        try await ProcessShell.local.run("PATH=\(path + "/bin"):$PATH; dash \(Self.script) --show \(path)").text
    }

    /// Runs the monitor, which may fail. `before` ends with a command that runs the rest.
    func attempt(after before: Script = "") async throws -> CommandResult {
        try await ProcessShell.local.run("PATH=\(path + "/bin"):$PATH; \(before) dash \(Self.script) \(path)")
    }

    /// The requests to the dead-man's switch: whether each was for the success URL, and its text.
    var pings: [(isGood: Bool, text: String)] {
        (read("sent/healthchecks") ?? "").components(separatedBy: "url = \"https://healthchecks.example/x").dropFirst()
            .map {
                (isGood: $0.hasPrefix("\"\n"), text: $0.split(separator: "\n").dropFirst().joined(separator: "\n"))
            }
    }
}
