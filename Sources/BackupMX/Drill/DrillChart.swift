import Alerts
import ConfigurationFiles
import Engine
import Resources
import Sites

/// The queue's time line as an SVG image: the number of canaries in the queue and of those that have arrived.
struct DrillChart {
    let report: DrillReport

    private static let (width, height) = (880.0, 330.0)
    private static let (left, right, bottom) = (44.0, 16.0, 40.0)
    /// The rows above the plot, for the labels of the phases.
    private static let (row, rows) = (17.0, 4)
    private static var top: Double { row * Double(rows) + 8 }

    private var end: Double { max(report.samples.last?.at ?? 0, report.phases.last?.at ?? 0, 1) }
    private var most: Double { Double(max(report.messages.count, 1)) }

    private func x(_ time: Double) -> Double {
        Self.left + min(time / end, 1) * (Self.width - Self.left - Self.right)
    }

    private func y(_ count: Int) -> Double {
        let plot = Self.height - Self.top - Self.bottom
        return Self.height - Self.bottom - Double(count) / most * plot
    }

    var svg: Markup {
        """
        <svg viewBox="0 0 \(Self.width) \(Self.height)" role="img" aria-labelledby="chart-title chart-text">
        <title id="chart-title">Timeline of the queue</title>
        <desc id="chart-text">\(description)</desc>
        \(grid)
        <path class="area" d="\(steps(\.queued, isClosed: true))"/>
        <path class="queued" d="\(steps(\.queued))"/>
        <path class="arrived" d="\(steps(\.arrived))"/>
        \(markers)
        </svg>
        """
    }

    private var description: String {
        let release = report.time(of: .release).map { ", released after \($0.tenths) s" } ?? ""
        return "At most \(report.mostQueued) of \(report.messages.count) messages in the queue\(release), "
            + "\(report.samples.last?.arrived ?? 0) arrived after \(end.tenths) s."
    }

    /// Returns the path of a step line: each value holds until the next sample.
    private func steps(_ value: KeyPath<DrillReport.Sample, Int>, isClosed: Bool = false) -> String {
        guard let first = report.samples.first else { return "" }
        var path = "M\(x(0).tenths),\(y(0).tenths) H\(x(first.at).tenths)"
        for sample in report.samples { path += " H\(x(sample.at).tenths) V\(y(sample[keyPath: value]).tenths)" }
        path += " H\(x(end).tenths)"
        return isClosed ? path + " V\(y(0).tenths) Z" : path
    }

    private var grid: [Markup] {
        let counts = Self.ticks(upTo: most, about: 4).map { Int($0) }
        let horizontal = counts.map { count -> Markup in
            """
            <line class="grid" x1="\(Self.left)" x2="\(Self.width - Self.right)" y1="\(y(count))" y2="\(y(count))"/>
            <text x="\(Self.left - 8)" y="\(y(count) + 4)" text-anchor="end">\(count)</text>
            """
        }
        let vertical = Self.ticks(upTo: end, about: 8).map { time -> Markup in
            """
            <line class="tick" x1="\(x(time))" x2="\(x(time))" y1="\(y(0))" y2="\(y(0) + 5)"/>
            <text x="\(x(time))" y="\(y(0) + 20)" text-anchor="middle">\(Int(time)) s</text>
            """
        }
        return horizontal + vertical
    }

    /// Returns whole numbers from 0 up, in round steps.
    private static func ticks(upTo most: Double, about count: Double) -> [Double] {
        let steps = [1.0, 2, 5, 10, 20, 50, 100, 200, 300, 600, 1200, 3600]
        let step = steps.first { most / $0 <= count } ?? 7200
        return Array(stride(from: 0, through: most, by: step))
    }

    /// The labels of the phases. Each is above the lines of the following phases that it overlaps, so that no line
    /// crosses text.
    private var markers: [Markup] {
        var placed: [(start: Double, row: Int)] = []
        return report.phases.filter { $0.name != .end }.reversed().map { phase in
            let place = x(phase.at)
            let label = "\(phase.name.words), \(phase.at.tenths) s"
            let width = Double(label.count) * 6.6 + 8
            // At the right edge, the label is to the left of its line.
            let isTurned = place + width > Self.width
            let start = isTurned ? place - width : place
            let row = max((placed.filter { $0.start < start + width }.map(\.row).min() ?? Self.rows) - 1, 0)
            placed.append((start, row))
            let height = Self.row * Double(row) + 14
            return """
                <line class="phase" x1="\(place)" x2="\(place)" y1="\(height - 10)" y2="\(y(0))"/>
                <text class="phase" x="\(isTurned ? place - 4 : place + 4)" y="\(height)" \
                text-anchor="\(isTurned ? "end" : "start")">\(label)</text>
                """
        }
    }
}

extension DrillReport.Phase.Name {
    /// The phase's name for people.
    public var words: String {
        switch self {
        case .hold: "held"
        case .send: "sending"
        case .queued: "all queued"
        case .release: "released"
        case .end: "end"
        }
    }
}
