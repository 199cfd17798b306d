import Foundation
import Provisioning
import Synchronization

/// What people and programs see of a command at several sites.
///
/// On a terminal one line a site while it runs, and what came of each afterwards, in order. Elsewhere what came of each
/// as soon as it is known, whole. Programs get one object an event, as from one site.
final class FleetView: Sendable {
    private let names: [String]
    private let options: SharedOptions
    private let begun = ContinuousClock.now
    /// Nil where nobody watches.
    private let live: LiveBoard?
    /// What happened at each site, in lines.
    private let told: Mutex<[[String]]>

    init(_ names: [String], _ options: SharedOptions) {
        self.names = names
        self.options = options
        told = Mutex(Array(repeating: [], count: names.count))
        let environment = ProcessInfo.processInfo.environment
        let isLive = Console.isTerminal && !options.json && !options.verbose && environment["TERM"] != "dumb"
        live = isLive ? LiveBoard(names, style: Console.usesColour(environment: environment) ? .coloured : .plain) : nil
    }

    /// Where a site's events go.
    func report(_ index: Int) -> Report {
        if options.json { return options.report(for: names[index]) }
        return { [self] event in
            switch event {
            case .finished: return
            case .sent(let script):
                if options.verbose { Console.talk("\(names[index]): \(script.printable)") }
                return
            case .unchanged, .waiting: if !options.verbose { break } else { fallthrough }
            default:
                let line = ConsoleLine(event: event, style: .plain, isVerbose: options.verbose)
                if let text = line.text { told.withLock { $0[index].append(text) } }
            }
            if let what = event.now { live?.update(index, what) }
        }
    }

    func start() { live?.start() }

    func begin(_ index: Int) { live?.begin(index) }

    func end(_ index: Int, _ outcome: Fleet<Int>.Outcome<SiteResult>) {
        let row = FleetRow(name: names[index], outcome)
        live?.end(index, row)
        if options.json { record(index, outcome) } else if live == nil { tell(index, row, outcome) }
    }

    /// Somebody has asked to stop.
    func stop() {
        if let live {
            live.stop()
        } else {
            Console.talk("  stopping, each site at its next safe point; once more to stop at once")
        }
    }

    /// Tells what came of the sites, and how many came out how.
    func finish(_ outcomes: [Fleet<Int>.Outcome<SiteResult>]) {
        live?.finish()
        guard !options.json else {
            for index in outcomes.indices where outcomes[index].took == nil { record(index, outcomes[index]) }
            return
        }
        let rows = zip(names, outcomes).map { FleetRow(name: $0, $1) }
        if live != nil {
            for index in outcomes.indices where rows[index].isRemarkable { tell(index, rows[index], outcomes[index]) }
        }
        let width = Console.isTerminal ? LiveRegion.size(of: STDOUT_FILENO).width - 1 : 100
        let table = FleetTable(rows, took: ContinuousClock.now - begun, isWhole: options.verbose, width: width)
        Console.print("\n" + table.text.printable)
    }

    /// All that people are told of a site, in one piece.
    private func tell(_ index: Int, _ row: FleetRow, _ outcome: Fleet<Int>.Outcome<SiteResult>) {
        var lines = told.withLock { $0[index] }
        switch outcome.result {
        case .success(let result):
            if let text = result.text { lines.append(text) } else { lines.insert(row.line, at: 0) }
            Console.print(lines.joined(separator: "\n").printable)
        case .failure(let error):
            if !lines.isEmpty { Console.print(([row.line] + lines).joined(separator: "\n").printable) }
            Console.complain(error, of: names[index])
        }
    }

    private func record(_ index: Int, _ outcome: Fleet<Int>.Outcome<SiteResult>) {
        do {
            switch outcome.result {
            case .success(let result):
                if let record = result.record { Console.print(try JSONLine.encode(record)) }
            case .failure(let error):
                Console.print(try JSONLine.encode(JSONLine(failure: error, site: names[index])))
                Console.complain(error, of: names[index])
            }
        } catch { Console.complain(error, of: names[index]) }
    }
}

extension Event {
    /// What a site does now, as far as an event tells; nil where it tells of what is over.
    fileprivate var now: String? {
        switch self {
        case .changing(let step, _): step
        case .waiting(let what), .note(let what): what
        case .unchanged, .asked, .changed, .postponed, .paid, .verified, .drilled, .sent, .finished: nil
        }
    }
}
