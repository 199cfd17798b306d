import ArgumentParser
import Foundation
import Provisioning

@main
struct MXProvision: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mxprovision",
        abstract: "Provisions backup mail exchangers in Proxmox VE containers.",
        discussion: """
            Exit status: 0 done, 1 failed, 2 `plan` found changes, 64 usage, 65 mistakes in files, \
            75 to be run again (somebody else holds the site, or a step has to wait for somebody), 130 interrupted.
            """,
        version: "0.1.0",
        subcommands: [
            DoctorCommand.self, PlanCommand.self, Up.self, Status.self, Verify.self, DrillCommand.self, Rebuild.self,
            Teardown.self, History.self, DNSCommand.self, RecipientsCommand.self, AlertCommand.self,
        ]
    )

    /// ArgumentParser would print only an error's first line, so errors of the run are told here.
    static func main() async {
        // An ssh that ends before it has read its script is no reason to die: the write tells it.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            end(with: 0)
        } catch {
            let status = ExitStatus(of: error)
            guard status != .parser else { exit(withError: error) }
            Console.complain(error)
            end(with: status.code)
        }
    }

    /// Leaves all memory to the kernel, at once: exit(3) would have OpenSSL take its tables apart before.
    private static func end(with status: Int32) -> Never {
        fflush(nil)
        _exit(status)
    }
}
