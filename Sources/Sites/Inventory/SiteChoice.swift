import ConfigurationFiles
import Engine
public import Foundation
import Resources

/// The sites of an inventory that a command is for.
public struct SiteChoice: Sendable, Hashable {
    public var names: [String]
    public var all: Bool
    /// Selects only sites that have all of these labels.
    public var labels: [Label]

    public init(names: [String] = [], all: Bool = false, labels: [Label] = []) {
        self.names = names
        self.all = all
        self.labels = labels
    }

    /// Why no site was selected.
    public enum Refusal: Error, Sendable, Equatable {
        case noSite(String, inventory: String, sites: [String])
        /// No site was selected, and there are several.
        case noneNamed(inventory: String, sites: [String])
        /// Names were given together with `all`.
        case namesAndAll
        case noneLabelled([Label], inventory: String, labels: [Label])
    }
}

extension Inventory {
    /// Returns the selected sites: named ones in the order of their names, each once; others in the file's order.
    ///
    /// An inventory with one site needs no selection.
    ///
    /// - Throws: ``SiteChoice/Refusal``
    public func sites(for choice: SiteChoice) throws(SiteChoice.Refusal) -> [Site] {
        if choice.all, !choice.names.isEmpty { throw .namesAndAll }
        var chosen: [Site] = []
        for name in choice.names where !chosen.contains(where: { $0.name == name }) {
            guard let site = site(named: name) else {
                throw .noSite(name, inventory: file, sites: sites.map(\.name))
            }
            chosen.append(site)
        }
        if choice.names.isEmpty {
            guard choice.all || !choice.labels.isEmpty || sites.count == 1 else {
                throw .noneNamed(inventory: file, sites: sites.map(\.name))
            }
            chosen = sites
        }
        let labelled = chosen.filter { site in choice.labels.allSatisfy(site.has) }
        guard !labelled.isEmpty else {
            var seen: Set<Label> = []
            let known = sites.flatMap(\.labels).filter { seen.insert($0).inserted }
            throw .noneLabelled(choice.labels, inventory: file, labels: known)
        }
        return labelled
    }
}

extension Site {
    /// Whether the site has a label: with any value if the label has only a name, else with that value.
    public func has(_ label: Label) -> Bool {
        labels.contains { $0.name == label.name && (label.value == nil || $0.value == label.value) }
    }
}

extension SiteChoice.Refusal: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .noSite(let name, let inventory, _): "\(inventory) has no site `\(name)`"
        case .noneNamed(let inventory, let sites): "no site selected; \(inventory) has \(sites.count) sites"
        case .namesAndAll: "site names cannot be combined with `--all`"
        case .noneLabelled(let labels, let inventory, _):
            "no site in \(inventory) has \(labels.count == 1 ? "the label" : "all of the labels") \(Self.list(labels))"
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .noSite(_, _, let sites): "Available sites: \(Self.list(sites))."
        case .noneNamed(_, let sites):
            "Name one or more sites, or use `--all` or `--label`. Available sites: \(Self.list(sites))."
        case .namesAndAll: "Use only one of them."
        case .noneLabelled(_, _, let known):
            known.isEmpty
                ? "No site has `labels`. The example inventory shows how to set them."
                : "Available labels: \(Self.list(known))."
        }
    }

    /// Returns the items as text. A long list is shortened, because three hundred names do not help the user.
    private static func list(_ items: [some CustomStringConvertible]) -> String {
        let shown = items.count > 20 ? items.prefix(15) : items[...]
        let rest = items.count - shown.count
        return shown.map { "`\($0)`" }.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }
}
