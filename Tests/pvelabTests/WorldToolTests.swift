import Foundation
import Testing

@testable import pvelab

@Suite struct `The programs and files of the lab` {
    @Test func `a failing program throws its status and its error output`() async {
        await #expect(throws: LabError.tool("sh -c echo no >&2; exit 4", 4, "no\n")) {
            try await Tool("sh", "-c", "echo no >&2; exit 4").run()
        }
    }

    @Test func `a killed program has the status that a shell would return`() async throws {
        #expect(try await Tool("sh", "-c", "kill -TERM $$").outcome().status == 143)
    }

    @Test func `a failing program that does not read its input throws the same error`() async {
        let unread = String(repeating: "unread", count: 100_000)
        await #expect(throws: LabError.tool("sh -c echo no >&2; exit 4", 4, "no\n")) {
            try await Tool("sh", "-c", "echo no >&2; exit 4").run(input: unread)
        }
    }

    @Test func `a program reads its whole input, whatever its length`() async throws {
        let long = String(repeating: "0123456789", count: 100_000)
        #expect(try await Tool("cat").run(input: long) == long)
    }

    @Test func `a namespace's command is entered without hiding the control groups`() {
        #expect(
            Tool("ip", "link").inside(.primary).words
                == ["nsenter", "--net=/run/netns/pvelab-primary", "--", "ip", "link"]
        )
    }

    @Test(arguments: ImageRecipe.stages.map(\.title))
    func `the shell can parse every stage of the image recipe`(title: String) async throws {
        let stage = try #require(ImageRecipe.stages.first { $0.title == title })
        #expect(try await Tool("sh", "-n").outcome(input: stage.script).said == "")
    }

    @Test func `the environment file is read unchanged by the lab and by a shell`() async throws {
        let folder = LabFolder(path: NSTemporaryDirectory() + "pvelab-\(UUID().uuidString.prefix(8))")
        defer { try? FileManager.default.removeItem(atPath: folder.path) }
        try folder.make()
        var written = LabEnvironment(values: [:])
        for name in LabEnvironment.names { written.values[name] = "ssh-ed25519 \(name)=!" }
        try written.write(folder)
        #expect(try LabEnvironment.read(folder).values == written.values)
        let heard = try await Tool("sh", "-c", #". "$0"; printf %s "$PVELAB_NODE_HOST_KEY""#, folder.environmentFile)
            .run()
        #expect(heard == "ssh-ed25519 PVELAB_NODE_HOST_KEY=!")
    }
}
