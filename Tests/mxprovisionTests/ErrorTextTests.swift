import Foundation
import Testing

@testable import ConfigurationFiles

/// No message may show a Swift value, because it is for programmers and may contain a secret.
@Suite struct `Every error` {
    private static let sources: [(path: String, text: String)] = {
        let root = URL(filePath: #filePath).appending(path: "../../../Sources").standardizedFileURL
        let files = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
        return (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }
            .map {
                (String($0.path.dropFirst(root.path.count + 1)), (try? String(contentsOf: $0, encoding: .utf8)) ?? "")
            }
            .filter { !$0.0.hasPrefix("pvelab/") }
    }()

    /// Errors that are caught where they are thrown, converted to another error, or reported only by the exit status.
    private static let inner: Set<String> = [
        "SitesEnded", "SiteFailure", "ChangesFound", "ChecksFailed", "StepsPostponed", "Refusal", "TransportError",
        "Surplus", "Defect", "Failure", "ParseError", "Ended",
    ]

    @Test func `has a text for users or is handled internally`() {
        var errors: Set<String> = []
        var localized: Set<String> = []
        for (_, text) in Self.sources {
            for match in text.matches(of: /(?:struct|enum|class) ([A-Za-z.]+): ([A-Za-z, ]+) \{/) {
                let protocols = match.2.split(separator: ", ")
                if protocols.contains("Error") { errors.insert(String(match.1)) }
            }
            for match in text.matches(of: /extension ([A-Za-z.]+): [A-Za-z, ]*LocalizedError/) {
                localized.insert(String(match.1.split(separator: ".").last ?? match.1))
            }
        }
        #expect(errors.count > 20 && localized.count > 20)
        #expect(errors.subtracting(localized).subtracting(Self.inner) == [])
    }

    @Test(arguments: [#"\\\((error|failure)\)"#, #"String\((describing|reflecting):"#, #"\bdump\("#])
    func `is never printed as a Swift value`(pattern: String) throws {
        let regex = try Regex(pattern)
        for (path, text) in Self.sources {
            for line in text.split(separator: "\n") where line.contains(regex) {
                // These have their own text, of type String.
                let isText = ["Main.swift", "OctetString.swift"].contains { path.hasSuffix($0) }
                #expect(isText, "\(path): \(line)")
            }
        }
    }
}
