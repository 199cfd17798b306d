import Foundation
import TestSupport
import Testing

/// An interactive bash with history expansion, as for a user, into which text is pasted. Every program is a stub that
/// records its arguments.
struct PastedShell {
    struct Result {
        /// The words of each command, as the program would receive them.
        var calls: [[String]]
        /// The error messages of bash itself.
        var complaints: [String]
    }

    private let scratch = ScratchFolder()

    func paste(_ text: String) async throws -> Result {
        let (log, settings) = ("\(scratch.path)/log", "\(scratch.path)/rc")
        try Data().write(to: URL(filePath: log))
        try """
        PATH=\(scratch.path)/empty PS1= PS2= HISTFILE=
        set -o history -o histexpand
        command_not_found_handle() { { printf '%s\\037' "$@"; printf '\\036'; } >>\(log); }

        """.write(toFile: settings, atomically: true, encoding: .utf8)
        try (text + "\n").write(toFile: scratch.path + "/text", atomically: true, encoding: .utf8)
        let (shell, errors) = (Process(), scratch.path + "/errors")
        shell.executableURL = URL(filePath: "/bin/bash")
        shell.arguments = ["--noprofile", "--rcfile", settings, "-i"]
        shell.environment = ["HOME": scratch.path, "TERM": "dumb"]
        shell.currentDirectoryURL = URL(filePath: scratch.path)
        shell.standardInput = try FileHandle(forReadingFrom: URL(filePath: scratch.path + "/text"))
        shell.standardOutput = FileHandle.nullDevice
        try Data().write(to: URL(filePath: errors))
        shell.standardError = try FileHandle(forWritingTo: URL(filePath: errors))
        try await shell.runToEnd()
        let said = try String(contentsOfFile: errors, encoding: .utf8)
        // It echoes its input; its own messages start with its name. Without a terminal it has no job control.
        let complaints = said.split(separator: "\n").map(String.init).filter { line in
            line.hasPrefix("bash: ") && !line.contains("terminal process group") && !line.contains("no job control")
        }
        let calls = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\u{1E}").map { call in
            call.split(separator: "\u{1F}", omittingEmptySubsequences: false).dropLast().map(String.init)
        }
        return Result(calls: calls, complaints: complaints)
    }
}
