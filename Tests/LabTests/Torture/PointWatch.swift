import Foundation

@testable import ConfigurationFiles

/// Counts the boundaries of a run from outside, and kills the run at one of them. The product has no code for it.
struct PointWatch {
    /// The folder of the library that is loaded into the run, and of the `ssh` that replaces ssh.
    let folder: String

    /// Compiles the library and the `ssh` replacement.
    init(in lab: Lab) throws {
        folder = lab.folder + "/points"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let source = "Tests/LabTests/Points"
        let flags = ["-Wall", "-Wextra", "-Werror", "-O1"]
        for words in [
            flags + ["-shared", "-fPIC", "-o", folder + "/points.so", source + "/points.c"],
            flags + ["-o", folder + "/ssh", source + "/ssh.c"],
        ] {
            let built = try lab.run("cc", words)
            guard built.status == 0 else { throw Shortfall("cc: \(built.output)") }
        }
    }

    /// A point of a run.
    enum Point: Sendable, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, CustomStringConvertible {
        case number(Int)
        /// The first boundary with this text in the log. `SITE` is replaced by the path of the site's guest in the API.
        case named(String)

        init(integerLiteral number: Int) { self = .number(number) }
        init(stringLiteral name: String) { self = .named(name) }

        var description: String {
            switch self {
            case .number(let number): "point \(number)"
            case .named(let name): name
            }
        }

        func text(guest id: Int) -> String {
            switch self {
            case .number(let number): String(number)
            case .named(let name): name.replacing("SITE", with: "/nodes/pve2/lxc/\(id)")
            }
        }
    }

    /// What happens at a point of a run.
    enum Blow: Sendable {
        case kill(at: Point)
        /// A command of sh. The run continues after it.
        case command(String, at: Int)
        /// The user presses Ctrl-C in the terminal of the run.
        case interrupt(at: Point)
        /// SIGTERM, as from systemd.
        case terminate(at: Point)
    }

    /// Returns the environment variables of a run.
    ///
    /// - Parameters:
    ///   - log: The path of a new file.
    ///   - root: The folder whose files are observed.
    ///   - id: The site's guest.
    ///   - shift: The error of the run's clock in seconds.
    func variables(
        log: String, _ blow: Blow?, below root: String, guest id: Int = 0, clock shift: Int = 0
    ) -> [String] {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let variables = [
            "PATH=\(folder):\(path)", "LD_PRELOAD=\(folder)/points.so", "POINTS_LOG=\(log)", "POINTS_ROOT=\(root)",
            "POINTS_CLOCK=\(shift)",
        ]
        return switch blow {
        case .kill(let point): variables + ["POINTS_KILL=\(point.text(guest: id))"]
        case .interrupt(let point):
            variables + [
                "POINTS_KILL=\(point.text(guest: id))",
                // The run continues only after it has handled the key.
                """
                POINTS_DO=printf '\\003' >\(Self.keys(log)); i=0
                until grep -q 'stopping at the next safe point' \(Self.screen(log)) || [ $i -ge 50 ]; do
                    sleep 0.1; i=$((i + 1))
                done
                """,
            ]
        case .terminate(let point):
            variables + ["POINTS_KILL=\(point.text(guest: id))", "POINTS_DO=kill -TERM \"$POINTS_RUN\""]
        case .command(let command, let point): variables + ["POINTS_KILL=\(point)", "POINTS_DO=\(command)"]
        case nil: variables
        }
    }

    /// Returns the words that start a run: without blocked signals, which it would inherit from the test, and in its
    /// own terminal if Ctrl-C is to be pressed.
    func words(starting run: [String], log: String, _ blow: Blow?) -> [String] {
        let unblocked = ["perl", "-MPOSIX", "-e", "sigprocmask(SIG_SETMASK, POSIX::SigSet->new); exec @ARGV"]
        switch blow {
        case .interrupt:
            let command = run.map { "'\($0)'" }.joined(separator: " ")
            let terminal = "mkfifo \"$0\" && exec 3<>\"$0\" && exec script -qefc \"$1\" \"$2\" <&3"
            return unblocked + ["sh", "-c", terminal, Self.keys(log), command, Self.screen(log)]
        case .terminate: return unblocked + run
        case .kill, .command, nil: return run
        }
    }

    /// The files with the terminal's input and output.
    private static func keys(_ log: String) -> String { log + ".keys" }
    private static func screen(_ log: String) -> String { log + ".screen" }
}

/// A requirement that is not met, as text.
struct Shortfall: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }

    static func unless(_ condition: Bool, _ description: @autoclosure () -> String) throws {
        if !condition { throw Shortfall(description()) }
    }
}
