public import ArgumentParser
public import Provisioning

struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract:
            "Look from outside whether a site behaves as a backup MX must, and whether the primary takes its mail.",
        discussion: """
            Judged over SMTP, DNS and from the guest, never from the configuration; no message is sent to its end. \
            Where port 25 is closed on the way from here, `--from` looks from another site's host. \
            A check passes only on the reply that proves it; if the server is out of disk space, closes the connection or \
            does not reply, it is "not checked". \
            Exit status 0 if everything was checked and nothing failed, otherwise 1.
            """
    )

    @OptionGroup var options: SharedOptions
    @Option(name: .customLong("from"), help: "The site from whose node, or else guest, to look.") var vantage: String?
    @Option(parsing: .upToNextOption, help: "What to look at; all unless given.")
    var only: [VerifySubject] = []
    @Option(help: "A domain whose SPF record lets nobody send, to see whether the primary minds.")
    var strictDomain = "example.com"
    @Flag(help: "Ask the primary for every listed recipient (default: a sample if there are more than 300).")
    var allRecipients = false
    @OptionGroup var which: SiteOptions

    func run() async throws {
        var vantages: [Provisioner] = []
        if let vantage { try await Sites([vantage], options).each { vantages.append($0) } }
        let subjects = only.isEmpty ? Set(VerifySubject.allCases) : Set(only)
        try await Sites(which.choice, options).judge("verify", parallel: which.parallel) {
            [vantages, strictDomain, allRecipients] site in
            try await site.verify(
                subjects, from: vantages.first, asksForAll: allRecipients, strictDomain: strictDomain)
        }
    }
}

extension VerifySubject: ExpressibleByArgument {}
