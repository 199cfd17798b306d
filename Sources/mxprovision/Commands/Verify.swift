import Alerts
public import ArgumentParser
public import BackupMX
import ConfigurationFiles
import Engine
import Sites

struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract:
            "Check that a site works: a backup MX from outside, any other playbook by its own verifications.",
        discussion: """
            A backup MX is checked over SMTP, DNS and from the guest, never its configuration; no message is sent. \
            If port 25 is blocked from here, `--from` checks from a host of another site. \
            A check passes only on the reply that proves it; if the server is out of disk space, closes the connection or \
            does not reply, it is "not checked". \
            Exit status 0 if everything was checked and nothing failed, otherwise 1.
            """
    )

    @OptionGroup var options: SharedOptions
    @Option(
        name: .customLong("from"), help: "Check from the node of this site, or from its guest if the node has no ssh.")
    var vantage: String?
    @Option(parsing: .upToNextOption, help: "Areas to check (default: all).")
    var only: [VerifySubject] = []
    @Option(help: "Domain whose SPF record forbids all senders, to check whether the primary rejects it.")
    var strictDomain = "example.com"
    @Flag(help: "Check every listed recipient at the primary (default: a sample if there are more than 300).")
    var allRecipients = false
    @OptionGroup var which: SiteOptions

    func run() async throws {
        var vantages: [Provisioner] = []
        if let vantage { try await SelectedSites([vantage], options).each { vantages.append($0) } }
        let subjects = only.isEmpty ? nil : Set(only)
        try await SelectedSites(which.choice, options).evaluate("verify", parallel: which.parallel) {
            [vantages, strictDomain, allRecipients] site in
            try await site.verify(
                subjects, from: vantages.first, asksForAll: allRecipients, strictDomain: strictDomain)
        }
    }
}

extension VerifySubject: ExpressibleByArgument {}
