import Alerts
import BackupMX
import ConfigurationFiles
import Engine
import Sites

/// The target state of sites, as lines for people. Steps that several sites share are printed once.
struct OutlineText {
    let outlines: [(site: String, outline: Outline)]

    init(_ outlines: [(site: String, outline: Outline)]) { self.outlines = outlines }

    var text: String {
        var kinds: [[Outline.Step]] = []
        var sites: [[String]] = []
        for (site, outline) in outlines {
            if let index = kinds.firstIndex(of: outline.steps) {
                sites[index].append(site)
            } else {
                kinds.append(outline.steps)
                sites.append([site])
            }
        }
        let guests = outlines.flatMap { site, outline in
            [site] + outline.guest.map { "  \(ConsoleLine.difference($0))" } + [""]
        }
        let steps = zip(sites, kinds).flatMap { sites, steps in
            ["steps of \(Self.list(sites))"] + steps.map { Self.line($0) } + [""]
        }
        return (guests + steps + [footer]).joined(separator: "\n")
    }

    private var footer: String {
        let steps = outlines.reduce(0) { $0 + $1.outline.steps.count }
        return
            "\(outlines.count) site\(outlines.count == 1 ? "" : "s"), \(steps) steps, no mistakes; nothing was contacted"
    }

    private static func line(_ step: Outline.Step) -> String {
        let gap = String(repeating: " ", count: max(1, 20 - step.step.count))
        return "  \(step.step)\(gap)\(step.resource)"
    }

    private static func list(_ sites: [String]) -> String {
        guard sites.count > 8 else { return sites.joined(separator: ", ") }
        return sites.prefix(6).joined(separator: ", ") + " and \(sites.count - 6) more"
    }
}
