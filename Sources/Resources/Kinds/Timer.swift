public import ConfigurationFiles
public import RemoteShell

/// A program that systemd runs every few minutes.
public struct Timer: Resource {
    public static let kind = "timer"
    private let units: TimerUnits

    public init(_ parameters: inout Parameters) {
        let name = parameters.string("name")
        let description = parameters.optionalString("description") ?? name
        let run = parameters.strings("run")
        let minutes = parameters.integer("minutes", in: 1...1440)
        if name.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9_-]*/) == nil {
            parameters.wrong("name", "`name`: invalid value `\(name)`; expected letters, digits, `_`, `-`")
        }
        if run.first?.hasPrefix("/") != true {
            parameters.wrong("run", "`run` does not begin with an absolute path; expected a program and its arguments")
        }
        for (key, texts) in [("description", [description]), ("run", run)] {
            for (item, text) in texts.enumerated() where text.contains(where: { $0.isNewline || $0 == "\0" }) {
                parameters.wrong(key, item: item, "`\(key)` contains a line break or a NUL")
            }
        }
        units = TimerUnits(
            name: name, description: description.replacing("%", with: "%%"), run: run, minutes: minutes)
        parameters.finish()
    }

    public var objects: [ManagedObject] { units.objects }
    public var probe: Script { .lines(units.files.map(\.probe) + [units.probe]) }

    public struct Found: Sendable, Equatable {
        /// The states of the service file and the timer file.
        package var files: [KeptFile.Found?]
        package var isActive: Bool
    }

    public func observation(from answer: CommandResult) throws -> Found {
        let lines = answer.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard answer.exit == 0, lines.count == units.files.count + 2, lines.last == "",
            let files = units.files.found(in: lines), let isActive = TimerUnits.isActive(in: lines[files.count])
        else { throw UnreadableAnswer(expected: "two units and the state of the timer", answer: answer) }
        return Found(files: files, isActive: isActive)
    }

    public func changes(from observed: Found) -> [Change] {
        units.files.changes(from: observed.files) + units.changes(isActive: observed.isActive)
    }

    /// Writes the units, starts the timer, and starts the first run immediately.
    public func repair(for observed: Found) -> Script {
        let run: Script = "systemctl start --no-block \(units.name + ".service")"
        return .lines(units.files.repairs(for: observed.files) + [units.start, run])
    }
}
