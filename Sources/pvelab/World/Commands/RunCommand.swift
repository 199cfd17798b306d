import ArgumentParser
import Foundation

/// `pvelab run -- COMMAND`: replaces itself with the command, in the operator's network.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a command on the lab's internet, as its operator.",
        discussion: """
            The command sees the lab's network and name server instead of this machine's. Its exit status is passed on. \
            The variables of \(LabFolder.standard)/lab.env are set: \
            \(LabEnvironment.names.joined(separator: ", ")); and PVELAB=1.
            """
    )

    @OptionGroup var lab: LabOptions

    @Argument(parsing: .postTerminator, help: "The command and its arguments, after `--`.")
    var command: [String]

    func run() async throws {
        guard geteuid() == 0 else { throw LabError.notRoot }
        guard !command.isEmpty else { throw ValidationError("missing command; usage: pvelab run -- COMMAND") }
        let folder = LabFolder(path: lab.dir)
        guard let environment = try? LabEnvironment.read(folder) else { throw LabError.notUp }
        for (name, value) in environment.values { setenv(name, value, 1) }
        setenv("PVELAB", "1", 1)
        let shell = #"mount --bind "$0" /etc/resolv.conf && exec "$@""#
        let desk = Tool(["unshare", "--mount", "--", "sh", "-c", shell, folder("dns/resolv.conf")] + command)
        throw Self.become(desk.inside(.internet).words)
    }

    /// Replaces this process with a program. Returns only if that fails.
    private static func become(_ words: [String]) -> LabError {
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        arguments.append(nil)
        execvp(words[0], arguments)
        return .tool(words.joined(separator: " "), 127, String(cString: strerror(errno)))
    }
}
