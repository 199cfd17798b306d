package import Foundation
import HTTPTransport
import MailChecks
import ProxmoxAPI

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Guests
@testable import Ingress
@testable import RemoteShell
@testable import Resources
@testable import Sites

/// A parser of external input. No parser may crash on any input; for most inputs, an error is the expected result.
package enum FuzzTarget: String, CaseIterable, Sendable {
    case inventory, playbook, state, journal
    case proxmoxAnswer = "proxmox-answer"
    case guestNotes = "guest-notes"
    case commandBatch = "command-batch"
    case probeAnswer = "probe-answer"
    case guestAnswer = "guest-answer"
    case queueArchive = "queue-archive"
    case smtpReply = "smtp-reply"
    case dig, nsupdate

    /// Parses the input. Returns after the parser returned or threw.
    package func parse(_ input: Data) async {
        let text = String(decoding: input, as: UTF8.self)
        switch self {
        case .inventory: _ = try? Inventory.read(SourceFile(name: "fuzz.yml", text: text))
        case .playbook: _ = try? Playbook.read(SourceFile(name: "fuzz.yml", text: text), variables: Self.variables)
        case .state: _ = try? SiteFolder.state(in: input, path: "state.json")
        case .journal: _ = try? Journal.entries(in: input)
        case .proxmoxAnswer: await Self.parseProxmoxAnswer(input)
        case .guestNotes: Self.parseNotes(text)
        case .commandBatch: Self.parseBatch(input)
        case .probeAnswer: Self.parseProbeAnswer(input)
        case .guestAnswer: GuestAnswers.parse(input)
        case .queueArchive: Self.parseArchive(input)
        case .smtpReply: await Self.talk(input)
        case .dig: Self.parseDig(text)
        case .nsupdate: Self.parseUpdate(text)
        }
    }

    private static let variables: [String: Variable] = [
        "recipients": .list(["b@example.net"]), "domain": .text("example.net"), "domains": .list(["example.net"]),
        "hostname": .text("mx.example.net"),
    ]

    /// The first byte selects the call, the second the HTTP status.
    private static func parseProxmoxAnswer(_ input: Data) async {
        guard input.count > 2 else { return }
        let endpoint = Endpoint(host: "node.test", port: 8006)
        let call = ProxmoxCall.all[Int(input[0]) % ProxmoxCall.all.count]
        let statuses = [200, 200, 200, 400, 403, 500, 501, 595, 596, 0]
        let body = Data(input.dropFirst(2))
        let answer = WireAnswer(
            status: statuses[Int(input[1]) % statuses.count],
            reason: String(decoding: body.prefix(80), as: UTF8.self),
            headers: [.init("Date", "Tue, 24 Nov 2026 10:00:00 GMT")], body: body)
        let client = Client(
            endpoint: endpoint, credentials: .token(id: "mx@pve!ctl", secret: "5ec2e700-0000"),
            wire: ConstantExchange(answer: answer), pauses: [])
        do { try await call.send(client) } catch { _ = (error as? APIError)?.errorDescription }
    }

    private static func parseNotes(_ notes: String) {
        let mark = OwnershipMarker(in: notes)
        let lease = Lease(in: notes)
        _ = Lease.latestID(in: notes)
        let keys = HostKeyRecord(in: notes)
        _ = keys?.written(into: notes)
        _ = lease?.written(into: notes)
        _ = mark?.notes
    }

    private static func parseBatch(_ input: Data) {
        let commands: [RemoteCommand] = [.query("true"), .change("true"), .query("true")]
        _ = CommandBatch.answers(in: input, to: commands, between: CommandBatch.Boundary("mxprovision-1-2"))
    }

    private static let resources = Sample.all.compactMap { try? $0.resources(with: "a.net").last }

    /// The first byte selects the kind of resource, the second the exit status of its probe.
    private static func parseProbeAnswer(_ input: Data) {
        guard input.count > 2 else { return }
        let answer = CommandResult(exit: Int(input[1] % 5), output: Data(input.dropFirst(2)))
        _ = try? resources[Int(input[0]) % resources.count].assess(answer)
    }

    /// Parses the input in two pieces, because a pipe may split it.
    private static func parseArchive(_ input: Data) {
        var listing = QueueListing()
        try? listing.take(input.prefix(700))
        try? listing.take(input.dropFirst(700))
        _ = try? listing.content()
    }

    private static func talk(_ input: Data) async {
        let dialogue = SMTPDialogue(over: ConstantStream(input), patience: .seconds(5))
        guard let greeting = try? await dialogue.greeting() else { return }
        _ = greeting.greets(as: "mx.example.net")
        for _ in 0..<20 {
            guard let reply = try? await dialogue.send("NOOP") else { return }
            _ = (reply.offers("SIZE"), reply.description)
        }
    }

    private static func parseDig(_ text: String) {
        _ = DigAnswer.reason(in: text)
        for record in DigAnswer.read(text).flatMap(\.records) {
            _ = (record.line, SenderPolicy(record.data)?.permitting(RecordName("mx.example.net")).strings)
        }
    }

    private static func parseUpdate(_ text: String) {
        guard let server = try? NameServer(reading: "192.0.2.1") else { return }
        let key = TransactionKey(name: "key", algorithm: .sha256, secret: .environment("KEY"))
        let update = DynamicUpdate(
            access: ZoneUpdateAccess(server: server, key: key), zone: RecordName("example.net"), changes: [])
        _ = update.refusal(in: text)
    }
}

/// Returns the same answer to each request.
private struct ConstantExchange: Exchange {
    let answer: WireAnswer
    func send(_ request: WireRequest) async throws -> WireAnswer { answer }
}

/// Returns the input in pieces of 7 bytes, so that lines are split, and then the end of the stream.
private actor ConstantStream: ByteStream {
    private var rest: Data

    init(_ input: Data) { rest = input }

    func read() -> Data? {
        guard !rest.isEmpty else { return nil }
        defer { rest = Data(rest.dropFirst(7)) }
        return Data(rest.prefix(7))
    }

    func write(_ data: Data) {}
}
