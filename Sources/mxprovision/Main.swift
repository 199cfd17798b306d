import Alerts
import ArgumentParser
import BackupMX
import ConfigurationFiles
import Engine
import Foundation
import RemoteShell
import Resources
import Sites

@main
struct MXProvision: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mxprovision",
        abstract: "Provision backup mail exchangers in Proxmox VE containers.",
        discussion: """
            Exit status: 0 done, 1 failed, 2 `plan` found changes, 64 usage, 65 mistakes in files, \
            75 retry later (another operator holds the site, or a step waits for something outside), 130 interrupted.
            """,
        version: "0.1.0",
        subcommands: [
            DoctorCommand.self, PlanCommand.self, Up.self, Status.self, Verify.self, DrillCommand.self, Rebuild.self,
            Teardown.self, History.self, DNSCommand.self, RecipientsCommand.self, AlertCommand.self,
        ]
    )

    /// Runs the command. Errors are printed here, because ArgumentParser would print only the first line of an error,
    /// and not to ``OutputStream``.
    static func main() async {
        OutputStream.prepare()
        Interruption.begin()
        do {
            try CommandSuggestion.check(Array(CommandLine.arguments.dropFirst()))
            var command = try parseAsRoot()
            if let limited = command as? any LimitedCommand {
                Timeouts.setDefault(limited.options.timeouts.values)
                limited.options.sourceRoot.forEach(SourceRoots.add)
            }
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            end(with: 0)
        } catch {
            Interruption.awaitStop()
            let status = ExitStatus(of: error)
            guard status != .parser else { explain(error) }
            Console.complain(error)
            end(with: status.code)
        }
    }

    /// Prints help, the version, or a usage error.
    private static func explain(_ error: any Error) -> Never {
        let status = exitCode(for: error)
        let text = fullMessage(for: error)
        if !text.isEmpty { status.isSuccess ? Console.print(text) : Console.talk(text) }
        if !status.isSuccess { Console.record(UsageMistake(what: message(for: error), next: nil)) }
        end(with: status.rawValue)
    }

    /// Ends the process without cleanup. exit(3) would make OpenSSL free its tables first.
    private static func end(with status: Int32) -> Never {
        Interruption.awaitStop()
        RunningChildren.endAll()
        var status = status
        if let failure = OutputStream.output.failure {
            Console.talk("mxprovision: cannot write the output: \(failure)")
            if status == 0 { status = ExitStatus.failed.code }
        }
        _exit(status)
    }
}
