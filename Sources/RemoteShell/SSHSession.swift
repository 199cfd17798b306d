import Foundation

/// The text around a script in an ssh session. It separates the script's output from other output, and prevents
/// another program from running the script.
///
/// A login may not reach our program: a start file (`.bashrc`) prints or starts another shell, a forced command
/// replaces it, sudo or `pct` fails. Our program prints a line on both outputs when it starts, and one on standard
/// error when the script has ended. It removes one line from its standard input before the script. Another shell that
/// reads our script runs that line, and ends.
enum SSHSession {
    /// The first line of every standard input.
    static let guardLine = "exit 97 # sent by mxprovision to its own program, and to no login shell\n"
    /// The line on both outputs after which the script's output begins.
    static let start = Data("mxprovision-start\n".utf8)
    /// The prefix of the line on standard error that reports the script's exit status. With it, a failure of ssh
    /// itself (255) or of `pct`, which may have any status, is not taken for the script's.
    private static let ending = Data("mxprovision-exit ".utf8)

    private static let begin = "read -r guard; echo mxprovision-start; echo mxprovision-start >&2; "
    private static let report = "echo \"mxprovision-exit $?\" >&2"

    /// The program that runs the script that follows the guard line on standard input.
    static let reader = Program(text: "\(begin)/bin/sh -s; \(report)")

    /// Returns the program that runs a script whose standard input is the rest of the session's.
    static func carrier(of script: Script) -> Program { Program(text: "\(begin)(\n\(script.text)\n)\n\(report)") }

    /// Returns the program that replaces itself with a command whose standard input and output are a stream.
    static func stream(_ words: [String]) -> Program { Program(text: begin + "exec \"$@\"", words: words) }

    /// A program of ours on the host, with its arguments.
    struct Program {
        /// The text for `sh -c`.
        var text: String
        var words: [String] = []
    }

    private static let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// Starts a program with an environment, a umask and a working directory that do not depend on the login. `$0` is
    /// the text of the program. Only the home directory, the proxy settings and further program folders of the login's
    /// environment are kept.
    private static let entry = """
        umask 022; cd /; exec /usr/bin/env -i PATH="\(path)${PATH:+:$PATH}" HOME="${HOME:-/root}" LC_ALL=C \
        \(["http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"]
            .map { "${\($0):+\"\($0)=$\($0)\"}" }.joined(separator: " ")) \
        /bin/sh -c "$0" "$@"
        """

    /// Returns the shell text that runs its arguments as a command, after `rank`, which makes it root.
    private static func way(_ rank: String) -> String { "PATH=\"$PATH:\(path)\"; export PATH; \(rank)exec \"$@\"" }

    /// Returns the command line for the host's login shell: it becomes root, enters the guest, and starts the program.
    static func command(_ program: Program, for destination: SSHDestination, into guest: Int?) -> String {
        let started = ["/bin/sh", "-c", entry, program.text, "sh"] + program.words
        let entered = guest.map { ["pct", "exec", String($0), "--"] + started } ?? started
        let rank =
            destination.isUserDefault
            ? "[ \"$(id -u)\" = 0 ] || set -- sudo -n \"$@\"; "
            : destination.user == "root" ? "" : "set -- sudo -n \"$@\"; "
        let words = rank.isEmpty && guest == nil ? entered : ["/bin/sh", "-c", way(rank), "sh"] + entered
        return "exec " + words.map(Script.quoted).joined(separator: " ")
    }

    /// Removes the text before the start line from an output that arrives piece by piece.
    struct Filter {
        /// The output before the start line.
        private(set) var noise = Data()
        private(set) var hasStarted: Bool

        /// - Parameter hasStarted: whether the output has no start line to wait for.
        init(hasStarted: Bool = false) { self.hasStarted = hasStarted }

        /// Filters one piece of the output.
        ///
        /// - Returns: the part of this piece after the start line, or nil if the start line has not arrived.
        mutating func pass(_ piece: Data) -> Data? {
            if hasStarted { return piece }
            noise += piece
            guard let found = noise.range(of: start) else {
                // A start line that is split between two pieces is found with the second one.
                noise = Data(noise.suffix(1 << 16))
                return nil
            }
            hasStarted = true
            defer { noise = Data(noise[..<found.lowerBound]) }
            return Data(noise[found.upperBound...])
        }
    }

    /// The output of ssh and the login, and that of the script, in a session that has ended.
    struct Outcome {
        /// The script's standard error; nil if our program was not started.
        var script: Data?
        /// The script's exit status; nil if the script has not reached its end.
        var exit: Int?
        /// The standard error before our program and after its end, or all of it if the program did not end.
        var said: Data

        /// Parses the standard error of a session.
        init(_ errors: Data) {
            var filter = Filter()
            guard let own = filter.pass(errors) else {
                said = errors
                return
            }
            script = own
            said = filter.noise + own
            guard let mark = own.range(of: ending, options: .backwards),
                let end = own[mark.upperBound...].firstIndex(of: UInt8(ascii: "\n")),
                let status = Int(String(decoding: own[mark.upperBound..<end], as: UTF8.self))
            else { return }
            exit = status
            script = Data(own[..<mark.lowerBound])
        }
    }

    /// Returns the result of the script from how its session ended.
    ///
    /// - Parameters:
    ///   - ended: ssh's exit status and both its outputs.
    ///   - output: the script's own output, if it went elsewhere.
    ///   - sent: the text that was sent. It may hold secrets: a host that prints it back must not bring it into an
    ///     error.
    /// - Throws: ``ShellError`` if the script has not reached its end.
    static func completion(
        of ended: CommandResult, output: Data? = nil, sent: String, host: String
    ) throws -> CommandResult {
        let outcome = Outcome(ended.errors)
        var filter = Filter()
        let own = output ?? filter.pass(ended.output)
        guard let exit = outcome.exit, let errors = outcome.script, let own else {
            // The output has started, even if the line on standard error is lost.
            if own != nil, outcome.script == nil, ended.exit == ShellError.sshFailure {
                throw ShellError.broken(host: host, reason: "")
            }
            var ended = ended
            if output == nil { ended.output = filter.noise }
            throw ShellError(ssh: ended, sent: sent, host: host)
        }
        return CommandResult(exit: exit, output: own, errors: errors)
    }
}
