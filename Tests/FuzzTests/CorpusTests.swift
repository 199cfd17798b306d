import Foundation
import TestSupport
import Testing

/// Runs every input that a fuzzer found or started from.
@Suite struct `Input of the fuzz corpus` {
    private static let corpus = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus")

    @Test(arguments: FuzzTarget.allCases)
    func `crashes no parser`(_ target: FuzzTarget) async throws {
        let folder = Self.corpus.appending(path: target.rawValue)
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        try #require(!files.isEmpty)
        for file in files { await target.parse(try Data(contentsOf: file)) }
    }
}
