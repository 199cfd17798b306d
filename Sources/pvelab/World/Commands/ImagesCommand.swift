import ArgumentParser

/// `pvelab images`: downloads and builds what `up` needs, without starting anything.
struct ImagesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "images",
        abstract: "Fetch and build the guests' file systems; `up` does it by itself."
    )

    @Option(help: "Where root file systems and packages are kept.")
    var cache = ImageCache.standard

    func run() async throws {
        let images = ImageCache(cache: cache)
        try await images.prepare { print($0) }
        print(images.folder)
    }
}
