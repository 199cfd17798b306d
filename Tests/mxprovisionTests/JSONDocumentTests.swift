import Foundation
import TestSupport
import Testing

/// Compares the page about JSON and the schema with the program's output.
@Suite struct `The documentation of JSON` {
    private static let root = URL(filePath: #filePath).appending(path: "../../..").standardizedFileURL

    @Test func `has each event and no other`() throws {
        let page = try String(contentsOf: Self.root.appending(path: "docs/json.md"), encoding: .utf8)
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `") }.dropFirst(3)
        let documented = Set(
            rows.flatMap { row in
                row.split(separator: "|").first?.matches(of: /`([a-z]+)`/).map { String($0.1) } ?? []
            })
        let folder = Self.root.appending(path: "Sources/mxprovision")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        var printed: Set<String> = []
        for case let file as URL in files ?? .init() where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            let forms = [
                /Record\(\s*"([a-z]+)"/, /event(?:: | = )"([a-z]+)"/, /self\.event(?: = |[^=\n]*\) = \(\s*)"([a-z]+)"/,
                /\.evaluate\("([a-z]+)"/,
            ]
            for form in forms { printed.formUnion(text.matches(of: form).map { String($0.1) }) }
        }
        #expect(documented.symmetricDifference(printed) == [])
        #expect(try EventSchema().events.symmetricDifference(documented) == [])
        #expect(printed.count > 20)
    }
}
