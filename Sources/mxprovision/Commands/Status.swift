import ArgumentParser
import Provisioning

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Tell how sites are: guest, queue, certificate, recipients, primary, firewalls, router, DNS, the last run."
    )

    @OptionGroup var options: SharedOptions
    @Argument(help: "The sites; all of the inventory where none is given.") var sites: [String] = []

    func run() async throws {
        try await Sites(sites, options).each { site in
            let status = try await interruptible { try await site.status() }
            Console.print(
                try options.json
                    ? JSONLine.encode(Record("status", of: site.name, status)) : StatusText(status).text.printable)
        }
    }
}
