import ArgumentParser

/// `pvelab status`: whether the lab answers, and where.
struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Tell whether the lab is up, and its addresses.")

    @OptionGroup var lab: LabOptions

    func run() async throws {
        print(try await lab.requireUp().summary())
    }
}
