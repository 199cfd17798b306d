import Foundation
import RemoteShell
import TestSupport
import Testing

@testable import ConfigurationFiles
@testable import Resources

@Suite struct `A cron job` {
    private func content(_ parameters: String) throws -> String {
        let job = try CronJob.read(parameters)
        let repair = job.repair(for: try job.observation(from: .said("", exit: 3))).description
        #expect(repair.contains("/etc/cron.d/a"))
        return repair
    }

    /// What cron passes to the shell: as crontab(5) says, an unescaped `%` ends the command, and the backslash before an
    /// escaped one is removed; some versions also remove one of two backslashes.
    private static func command(in line: String, collapsing: Bool) -> String {
        var command = ""
        var isEscaped = false
        for character in line {
            if isEscaped {
                if character == "%" || (collapsing && character == "\\") { command.removeLast() }
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "%" {
                break
            }
            command.append(character)
        }
        return command
    }

    static let words = [
        ["/bin/a"], ["/bin/a", ""], ["/bin/a", "5 %", "$HOME", "`id`"], ["/bin/a", #"\%"#, #"\\"#, #"\\%"#, #"a\"#],
        ["/bin/a", "o'brien", #"'%'\'%"#, #"%\'"#, "%%", "\"", "*", "~", "#x", "a=b", "ü"],
        ["/bin/a b", "\t", ">x", "&"],
    ]

    @Test(arguments: words, [false, true])
    func `passes each word unchanged`(_ words: [String], collapsing: Bool) async throws {
        let list = String(decoding: try JSONEncoder().encode(words), as: UTF8.self).replacing(#"\/"#, with: "/")
        let job = try CronJob.read("{name: a, minutes: 1, run: \(list)}")
        let line = try #require(job.content.split(separator: "\n").last.map(String.init))
        let start = "* * * * * root "
        #expect(line.hasPrefix(start) && line.hasSuffix(" 2>&1 | logger -t a"))
        let command = Self.command(in: String(line.dropFirst(start.count)), collapsing: collapsing)
        let shown = command.replacing(" 2>&1 | logger -t a", with: "")
        let printed = try await ProcessShell.local.run("show() { printf '<%s>' \"$@\"; }; eval \("show \(shown)")")
        #expect(printed.text == words.map { "<\($0)>" }.joined())
    }

    @Test func `is a crontab file that sends no mail`() throws {
        let job = try CronJob.read("{name: a, description: b, schedule: '5  4 * * sun', user: mail, run: [/bin/c, d]}")
        #expect(
            job.content == """
                # b
                # Written by mxprovision, which replaces changes made by hand.
                SHELL=/bin/sh
                PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
                MAILTO=""
                5 4 * * sun mail /bin/c d 2>&1 | logger -t a

                """)
        #expect(try job.changes(after: .said("644 root:root\n" + job.content)) == [])
        #expect(
            try job.changes(after: .said("664 root:root\n" + job.content)) == [
                Change("mode of /etc/cron.d/a", from: "664", to: "0644")
            ])
    }

    @Test(arguments: [("1", "* * * * *"), ("5", "*/5 * * * *"), ("60", "0 * * * *")])
    func `runs at an interval in minutes`(_ minutes: String, schedule: String) throws {
        let job = try CronJob.read("{name: a, minutes: \(minutes), run: /bin/a}")
        #expect(job.content.contains("\n\(schedule) root /bin/a 2>&1"))
    }

    @Test(arguments: [
        "* * * * *", "*/5 0-6,12-18/2 1 jan mon", "0 0 31 12 7", "59 23 1-31/2 * 0", "@daily", "@reboot",
        "1,2,3 * * * *",
    ])
    func `accepts every schedule of cron`(_ schedule: String) {
        #expect(CronSchedule(schedule)?.description == schedule)
    }

    @Test(arguments: [
        "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "*/0 * * * *",
        "5/2 * * * *", "9-3 * * * *", "* * * jan,feb *", "* * * * mon-fri", "@never", "1, * * * *", "* * * * *\nreboot",
        "$(id) * * * *", "-1 * * * *", "* * * * * root",
    ])
    func `rejects schedules for which cron ignores the file`(_ schedule: String) {
        #expect(CronSchedule(schedule) == nil)
    }

    @Test(arguments: [
        (
            "name: a.b, minutes: 1, run: /bin/a",
            "`name`: invalid value `a.b`; expected letters, digits, `_`, `-` (cron ignores others)"
        ),
        (
            "name: a, minutes: 1, run: a",
            "`run` does not begin with an absolute path; expected a program and its arguments"
        ),
        ("name: a, minutes: 1, run: [/bin/a, \"b\\nc\"]", "`run` contains a line break or a NUL"),
        ("name: a, minutes: 1, description: \"a\\nb\", run: /bin/a", "`description` contains a line break or a NUL"),
        ("name: a, minutes: 1, user: 'a b', run: /bin/a", "`user`: invalid value `a b`; expected a user name"),
        (
            "name: a, minutes: 7, run: /bin/a",
            "`minutes`: `7` does not divide an hour; expected 1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30 or 60"
        ),
        (
            "name: a, schedule: hourly, run: /bin/a",
            "`schedule`: invalid value `hourly`; expected fields like `*/5 6-18 * * 1` (crontab(5)) or `@daily`"
        ),
        ("name: a, run: /bin/a", "one of `schedule`, `minutes` is required to specify when it runs"),
        (
            "name: a, minutes: 1, schedule: '@daily', run: /bin/a",
            "`schedule`, `minutes` cannot be combined; expected only one of them to specify when it runs"
        ),
        (
            "name: a, minutes: 1, run: [/bin/a, \(String(repeating: "x", count: 1000))]",
            "`run` has 1026 bytes in the crontab; cron allows at most 900"
        ),
    ])
    func `reports invalid parameters`(_ yaml: String, mistake: String) throws {
        #expect(try CronJob.mistakes(in: "{\(yaml)}") == [mistake])
    }
}
