public import ConfigurationFiles
import Diagnostics
public import RemoteShell

/// A program that cron runs as a given user: a file in `/etc/cron.d` (crontab(5)), which cron reads again after each
/// change.
///
/// Its output goes to the log, because mail with the output would fill the queue.
public struct CronJob: Resource {
    public static let kind = "cron-job"

    private let file: ManagedFile
    package let content: String
    /// Debian's cron(8) ignores files with other names.
    private static let nameForm = Pattern(/[A-Za-z0-9_-]+/)
    private static let userForm = Pattern(/[a-z_][a-z0-9_-]*/)
    /// The maximum length of a command in bytes. cron truncates longer ones (`MAX_COMMAND`).
    private static let longestCommand = 900

    public init(_ parameters: inout Parameters) {
        let name = parameters.string("name")
        if !Self.nameForm.fits(name) {
            parameters.wrong(
                "name", "`name`: invalid value `\(name)`; expected letters, digits, `_`, `-` (cron ignores others)")
        }
        let description = parameters.optionalString("description") ?? name
        let user = parameters.optionalString("user") ?? "root"
        if !Self.userForm.fits(user) {
            parameters.wrong("user", "`user`: invalid value `\(user)`; expected a user name")
        }
        let schedule = Self.schedule(&parameters)
        let run = parameters.strings("run")
        if run.first?.hasPrefix("/") != true {
            parameters.wrong("run", "`run` does not begin with an absolute path; expected a program and its arguments")
        }
        for (key, texts) in [("description", [description]), ("run", run)] {
            for (item, text) in texts.enumerated() where text.contains(where: { $0.isNewline || $0 == "\0" }) {
                parameters.wrong(key, item: item, "`\(key)` contains a line break or a NUL")
            }
        }
        let command = run.map(Self.quoted).joined(separator: " ") + " 2>&1 | logger -t \(name)"
        if command.utf8.count > Self.longestCommand {
            parameters.wrong(
                "run",
                "`run` has \(command.utf8.count) bytes in the crontab; cron allows at most \(Self.longestCommand)")
        }
        content = """
            # \(description)
            # Written by mxprovision, which replaces changes made by hand.
            SHELL=/bin/sh
            PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
            MAILTO=""
            \(schedule) \(user) \(command)

            """
        // cron ignores a file that users other than root can write.
        file = ManagedFile(path: "/etc/cron.d/\(name)", content: content, mode: "0644")
        parameters.finish()
    }

    /// Returns the time fields of the line, from `schedule` or from the interval in `minutes`.
    private static func schedule(_ parameters: inout Parameters) -> String {
        switch parameters.exactlyOne(of: ["schedule", "minutes"], for: "specify when it runs") {
        case "schedule"?:
            let text = parameters.string("schedule")
            guard let schedule = CronSchedule(text) else {
                parameters.wrong(
                    "schedule",
                    "`schedule`: invalid value `\(text)`; expected fields like `*/5 6-18 * * 1` (crontab(5)) or `@daily`"
                )
                return text
            }
            return schedule.description
        case _?:
            let minutes = parameters.integer("minutes", in: 1...60)
            if minutes > 0, 60 % minutes != 0 {
                parameters.wrong(
                    "minutes",
                    "`minutes`: `\(minutes)` does not divide an hour; expected 1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30 or 60"
                )
            }
            return minutes == 1 ? "* * * * *" : minutes == 60 ? "0 * * * *" : "*/\(minutes) * * * *"
        case nil: return ""
        }
    }

    private static let plain = Pattern(/[A-Za-z0-9_.\/@:+=,-]+/)

    /// Returns a word in a form that the shell reads correctly after cron has processed the line.
    ///
    /// For cron, an unescaped `%` ends the command, and a backslash escapes a `%`; in some versions it also escapes
    /// another backslash. So no backslash is followed by either character, except the backslash that escapes a `%`.
    private static func quoted(_ word: String) -> String {
        if plain.fits(word) { return word }
        var text = "'"
        for character in word.unicodeScalars {
            switch character {
            case "'": text += #"'\''"#
            case "\\": text += #"\''"#
            case "%": text += #"\%"#
            default: text.unicodeScalars.append(character)
            }
        }
        return text + "'"
    }

    public var objects: [ManagedObject] { file.objects }
    public var probe: Script { file.probe }
    public func observation(from answer: CommandResult) throws -> ManagedFile.Found {
        try file.observation(from: answer)
    }
    public func changes(from observed: ManagedFile.Found) -> [Change] { file.changes(from: observed) }
    public func repair(for observed: ManagedFile.Found) -> Script { file.repair(for: observed) }
}
