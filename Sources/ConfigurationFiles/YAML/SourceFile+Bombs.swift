import Yams

extension SourceFile {
    /// The maximum number of nodes of a file after each `*alias` is expanded.
    static let nodeLimit = 200_000

    /// Refuses a file whose nested aliases expand to an excessive number of nodes.
    ///
    /// The parser compares the keys of a mapping completely, so it must not parse such a file at all. This method
    /// replaces each alias with a plain text of the same length and counts the nodes that it would expand to.
    ///
    /// - Throws: ``Mistakes``, and the errors of the YAML parser.
    func refuseBombs() throws {
        // An alias needs an anchor.
        guard text.utf8.contains(UInt8(ascii: "&")), text.utf8.contains(UInt8(ascii: "*")) else { return }
        let placeholder: Character = "\u{E000}"
        let defused = text.replacing(/\*(?=[A-Za-z0-9_-])/, with: String(placeholder))
        guard defused != text else { return }
        // The nodes hold their anchors weakly, so the parser must stay alive.
        let parser = try Parser(yaml: defused, resolver: .basic)
        defer { withExtendedLifetime(parser) {} }
        guard let root = try parser.singleRoot() else { return }
        var sizes: [String: Int] = [:]

        func size(_ node: Node) -> Int {
            var total = 1
            switch node {
            case .scalar(let scalar):
                if scalar.string.first == placeholder { total = sizes[String(scalar.string.dropFirst()), default: 1] }
            case .sequence(let items):
                for item in items { total = min(total + size(item), SourceFile.nodeLimit + 1) }
            case .mapping(let pairs):
                for (key, value) in pairs { total = min(total + size(key) + size(value), SourceFile.nodeLimit + 1) }
            case .alias: break
            }
            if let anchor = node.anchor { sizes[anchor.rawValue] = total }
            return total
        }
        guard size(root) <= SourceFile.nodeLimit else {
            throw Mistakes([
                Mistake(
                    file: name, line: nil,
                    text: "is too large after its YAML aliases are expanded; use fewer nested aliases")
            ])
        }
    }
}
