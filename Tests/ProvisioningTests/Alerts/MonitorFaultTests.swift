import Foundation
import RemoteShell
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Sites

/// Serialized, because each test runs hundreds of processes.
@Suite(.serialized) struct `A monitor that cannot work` {
    private func watched() async throws -> MonitorFolder {
        let folder = try MonitorFolder()
        try folder.channel("webhook", "healthchecks")
        try await folder.run()
        try #require(folder.pings.map(\.text) == ["No problems."])
        try #require(try folder.told() == [])
        try folder.pass(minutes: 1)
        return folder
    }

    @Test(arguments: MonitorFault.all)
    func `never reports health`(_ fault: MonitorFault) async throws {
        let folder = try await watched()
        try fault.begin(folder)
        let run = try await folder.attempt(after: fault.wrapper(folder))
        #expect(run.exit != 0 || fault.reason == nil, "\(run)")
        let later = folder.pings.dropFirst()
        #expect(later.allSatisfy { !$0.isGood && !$0.text.contains("No problems.") }, "\(later)")
        guard let reason = fault.reason else { return }
        let texts = try later.map(\.text) + folder.events().compactMap { $0["text"] }
        #expect(
            texts.contains { $0.contains("cannot do its work: ") && $0.contains(reason) }, "\(texts)\n\(run.errorText)")
    }

    /// At most one alert, whichever folders are writable, and one recovery.
    @Test(arguments: MonitorFault.places)
    func `reports that at most once while it lasts, and reports its end`(_ fault: MonitorFault) async throws {
        let folder = try await watched()
        try fault.begin(folder)
        for _ in 1...4 {
            _ = try await folder.attempt(after: fault.wrapper(folder))
            try folder.pass(minutes: 1)
        }
        let told = try folder.told()
        #expect(told == ["raised monitor"] || told == [], "\(told)")
        for name in ["state", "state/conditions"] where folder.read(name) == "" { try folder.remove(name) }
        for _ in 1...2 { try await folder.run() }
        #expect(try folder.told() == told + (told.isEmpty ? [] : ["recovered monitor"]))
        #expect(folder.pings.last?.text == "No problems.")
    }

    @Test(arguments: 1...14)
    func `never reports health if few processes are allowed`(_ limit: Int) async throws {
        try #require(getuid() == 0, "only root can give a process the limits of another user")
        let folder = try await watched()
        _ = try await ProcessShell.local.run("chmod -R a+rwX \(folder.path); chmod a+x $(dirname \(folder.path))")
        // A separate user without other processes.
        let user = String(1_000_000 + Int.random(in: 1...1_000_000_000))
        let run = try await folder.attempt(
            after: "setpriv --reuid \(user) --clear-groups bash -c \("ulimit -u \(limit); exec \"$@\"") sh")
        let later = folder.pings.dropFirst()
        #expect(run.exit == 0 || later.allSatisfy { !$0.isGood }, "\(run) \(later)")
        #expect(limit > 2 || (later.isEmpty && run.exit != 0))
        #expect(limit < 14 || run.exit == 0, "\(run)")
    }

    /// The programs with which the monitor writes. It is killed before or after one of their calls.
    static let kills = ["mv", "rm", "mkdir", "mktemp", "curl", "primary-state", "logger"].flatMap { program in
        (1...5).flatMap { [(program, $0, "before"), (program, $0, "after")] }
    }

    @Test(arguments: kills)
    func `never reports health if it is killed, and its next run reports all`(
        _ program: String, number: Int, moment: String
    ) async throws {
        let folder = try await watched()
        let stand = folder.read("bin/\(program)")
        if let stand { try folder.program(program + ".real", String(stand.dropFirst("#!/bin/sh\n".count))) }
        let real = stand == nil ? "/bin/\(program)" : "\(folder.path)/bin/\(program).real"
        let kill = "kill -9 $PPID; sleep 0.1; exit 1"
        try folder.program(
            program,
            """
            echo x >>\(folder.path)/calls
            [ "$(wc -l <\(folder.path)/calls)" = \(number) ] || exec \(real) "$@"
            \(moment == "before" ? kill : "\(real) \"$@\"; \(kill)")
            """)
        try folder.put("primary", "state=down\nevidence=x\ndialogue=no\n")
        _ = try await folder.attempt()
        #expect(folder.pings.dropFirst().allSatisfy { !$0.isGood })
        try folder.pass(minutes: 1)
        _ = try await folder.attempt()
        try folder.pass(minutes: 1)
        _ = try await folder.attempt()
        let told = try folder.told().filter { $0.hasSuffix("primary") }
        // If the monitor is killed before it records a sent alert, it sends the alert again.
        #expect(Set(told) == ["raised primary"] && told.count <= 2, "\(told)")
        #expect(folder.pings.dropFirst().allSatisfy { !$0.isGood })
        try folder.put("primary", "state=answers\nevidence=220\ndialogue=yes\n")
        for _ in 1...2 { _ = try await folder.attempt() }
        #expect(try folder.told().last == "recovered primary" && folder.pings.last?.isGood == true)
    }

    /// A problem that is not reported yet does not count as healthy.
    @Test(arguments: [("postfix", "3"), ("postfix", "4"), ("primary", "state=down\nevidence=x\ndialogue=no\n")])
    func `withholds the success ping while a problem is recent`(_ file: String, text: String) async throws {
        let folder = try MonitorFolder(["patience": "5"])
        try folder.channel("healthchecks", "webhook")
        try folder.put(file, text)
        try await folder.run()
        #expect(folder.pings.isEmpty)
        try folder.pass(minutes: 5)
        try await folder.run()
        #expect(folder.pings.map(\.isGood) == [false])
        #expect(try folder.told() == ["raised \(file)"])
    }

    @Test(arguments: [
        "", "since=", "since=x\ntold=y\ntimes=z\ntext=", "since=1900000000\ntold=\ntimes=\ntext=a\n", "\0\0",
    ])
    func `reports conditions whose record is invalid`(_ record: String) async throws {
        let folder = try MonitorFolder(["patience": "1440"])
        try folder.channel("webhook", "healthchecks")
        try await folder.run()
        try folder.put("state/conditions/primary", record)
        try folder.put("primary", "state=down\nevidence=x\ndialogue=no\n")
        _ = try await folder.attempt()
        #expect(try folder.told() == ["raised primary"])
        try folder.put("primary", "state=answers\nevidence=220\ndialogue=yes\n")
        _ = try await folder.attempt()
        #expect(try folder.told() == ["raised primary", "recovered primary"])
    }

    @Test(arguments: [-400 * 24 * 60, -3, 400 * 24 * 60])
    func `reports conditions that began before the clock was set`(minutes: Int) async throws {
        let folder = try MonitorFolder(["patience": "30"])
        try folder.channel("webhook", "healthchecks")
        try folder.put("primary", "state=down\nevidence=x\ndialogue=no\n")
        try await folder.run()
        try folder.setClock(minutes: minutes)
        _ = try await folder.attempt()
        #expect(try folder.told().contains("raised primary"))
        #expect(folder.pings.allSatisfy { !$0.isGood })
    }

    @Test func `reports a failing channel through the other channels and the dead-man's switch`() async throws {
        let folder = try MonitorFolder()
        try folder.channel("webhook", "ntfy", "healthchecks")
        try folder.answer("000", on: "ntfy")
        try folder.queue(5)
        try await folder.run()
        try folder.queue(0)
        for _ in 1...2 {
            try folder.pass(minutes: 5)
            try await folder.run()
        }
        #expect(try folder.told() == ["raised queue", "recovered queue", "raised channels"])
        #expect(folder.pings.allSatisfy { !$0.isGood })
    }

    @Test func `keeps an alert for a channel of an unknown kind`() async throws {
        let folder = try MonitorFolder()
        try folder.channel("pager", "webhook")
        try folder.queue(5)
        _ = try await folder.attempt()
        let waiting = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/state/outbox/pager")
        #expect(waiting.count == 2)
        #expect(
            try await folder.show().contains(
                "channel=pager 2 1800000000 unknown channel kind pager"))
    }

    @Test func `reports a run that does not end`() async throws {
        let folder = try await watched()
        try folder.program("flock", "exit 75")
        #expect(try await folder.attempt().exit == 75)
        #expect(try folder.told() == [] && folder.pings.count == 1)
        try folder.pass(minutes: 20)
        #expect(try await folder.attempt().exit == 1, "a run that does not end is a fault")
        #expect(try folder.told() == ["raised monitor"] && folder.pings.last?.isGood == false)
    }

    @Test func `passes a test only if the last run was healthy`() async throws {
        let folder = try await watched()
        try await folder.run("--test")
        #expect(folder.pings.last?.isGood == true)
        try folder.pass(minutes: 6)
        try await folder.run("--test")
        #expect(folder.pings.last?.isGood == false)
    }
}
