import Alerts
import BackupMX
import ConfigurationFiles
import Engine
import Foundation
import Sites
import Synchronization

/// The output of a command at several sites.
///
/// On a terminal it shows one line per site during the run, and the results afterwards, in order. Elsewhere it prints
/// the complete result of each site as soon as it is known. Programs get one object per event, as from one site.
final class FleetView: Sendable {
    private let names: [String]
    private let options: SharedOptions
    private let begun = ContinuousClock.now
    /// The board, or nil if the output is not a terminal.
    private let live: LiveBoard?
    /// The lines of each site's events.
    private let told: Mutex<[[String]]>

    init(_ names: [String], _ options: SharedOptions) {
        self.names = names
        self.options = options
        told = Mutex(Array(repeating: [], count: names.count))
        let environment = ProcessInfo.processInfo.environment
        let isLive = Console.isTerminal && !options.json && !options.verbose && environment["TERM"] != "dumb"
        live = isLive ? LiveBoard(names, style: Console.usesColour(environment: environment) ? .coloured : .plain) : nil
    }

    /// Returns the handler of a site's events.
    func report(_ index: Int) -> EventHandler {
        if options.json { return options.report(for: names[index]) }
        return { [self] event in
            switch event {
            case .finished: return
            case .sent(let script):
                if options.verbose { Console.talk("\(names[index]):\n\(script.asListing)") }
                return
            case .unchanged, .waiting: if !options.verbose { break } else { fallthrough }
            default:
                let line = ConsoleLine(event: event, style: .plain, isVerbose: options.verbose)
                if let text = line.text { told.withLock { $0[index].append(text) } }
            }
            if let what = event.now { live?.update(index, what) }
        }
    }

    /// Returns a handler that shows the running steps of a site, or nil if there is no board.
    func onProgress(_ index: Int) -> ProgressReport? {
        guard let live else { return nil }
        return { step in live.update(index, step.output.isEmpty ? step.name : "\(step.name)  \(step.output)") }
    }

    func start() { live?.start() }

    func begin(_ index: Int) { live?.begin(index) }

    func end(_ index: Int, _ outcome: Fleet<Int>.Outcome<SiteResult>) {
        let row = FleetRow(name: names[index], outcome)
        live?.end(index, row)
        if options.json { record(index, outcome) } else if live == nil { tell(index, row, outcome) }
    }

    /// Announces that the user has requested a stop.
    func stop() {
        if let live {
            live.stop()
        } else {
            Console.talk("  stopping each site at its next safe point; press Ctrl-C again to stop immediately")
        }
    }

    /// Prints the results of the sites and the totals.
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
        Console.print("\n" + table.text)
    }

    /// Prints all lines of a site together.
    private func tell(_ index: Int, _ row: FleetRow, _ outcome: Fleet<Int>.Outcome<SiteResult>) {
        var lines = told.withLock { $0[index] }
        switch outcome.result {
        case .success(let result):
            if let text = result.text { lines.append(text) } else { lines.insert(row.line, at: 0) }
            Console.print(lines.joined(separator: "\n"))
        case .failure(let error):
            if !lines.isEmpty { Console.print(([row.line] + lines).joined(separator: "\n")) }
            Console.complain(error, of: names[index])
        }
    }

    private func record(_ index: Int, _ outcome: Fleet<Int>.Outcome<SiteResult>) {
        do {
            switch outcome.result {
            case .success(let result):
                if let record = result.record { Console.print(unescaped: try JSONLine.encode(record)) }
            case .failure(let error):
                for line in FailureRecord.lines(of: SiteFailure(site: names[index], error: error)) {
                    Console.print(unescaped: try JSONLine.encode(line))
                }
                Console.complain(error, of: names[index])
            }
        } catch { Console.complain(error, of: names[index]) }
    }
}

extension Event {
    /// What the site does now, or nil if the event reports the end of something.
    fileprivate var now: String? {
        switch self {
        case .changing(let step, _): step
        case .waiting(let what), .note(let what): what
        case .unchanged, .probed, .changed, .deferred, .handled, .verified, .result, .sent, .finished: nil
        }
    }
}
