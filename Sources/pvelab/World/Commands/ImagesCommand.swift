import ArgumentParser

/// `pvelab images`: downloads and builds what `up` needs, without starting anything.
struct ImagesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "images",
        abstract: "Download and build the guests' file systems; `up` also does this."
    )

    @Option(help: "Folder of root file systems and packages.")
    var cache = ImageCache.standard

    func run() async throws {
        let images = ImageCache(cache: cache)
        try await images.prepare { print($0) }
        print(images.folder)
    }
}
