import Foundation
import Testing

@testable import pvelab

@Suite struct `Creating guests against exchanges recorded from a real Proxmox VE` {
    private static let file = "pve-transcripts-init-9.2.jsonl"

    /// Each call has its own node, in the state of the recorded one.
    @Test(.timeLimit(.minutes(10)))
    func `has the responses and task results of the real one`() async throws {
        let lines = try Data(contentsOf: Reference.file(Self.file)).split(separator: UInt8(ascii: "\n"))
        let exchanges = try lines.enumerated().map { try Recorded($1, at: $0) }
        let ends = exchanges.filter { $0.name.hasSuffix(": status at the end") }
            .reduce(into: [String: Any?]()) {
                $0[String($1.name.dropLast(19))] = ($1.data as? [String: Any])?["exitstatus"]
            }
        let calls = exchanges.filter { $0.name.hasPrefix("create: ") && $0.method == "POST" }
        #expect(calls.count > 25)
        for call in calls { try await compare(call, end: ends[call.name] as? String) }
    }

    private func compare(_ exchange: Recorded, end: String?) async throws {
        let settings = APIServer.Settings(
            node: "pve9", host: "", certificate: "", privateKey: "", unauthorizedDelay: .zero)
        let node = Node(settings: settings, seed: .recordedForInit, runtime: HollowRuntime())
        if exchange.name.contains("taken") {
            await node.place(9100, .recorded(9100, "mx-template", "guests:9100/vm-9100-disk-0.raw,size=2G"))
        }
        let path = exchange.target.split(separator: "/").dropFirst(2).map(String.init)
        let parameters = exchange.parameters.mapValues { "\($0)" }
        let call = Call(method: "POST", path: path, parameters: parameters, caller: .root)
        var reply: Reply
        do { reply = Reply(try await Router(node: node, nodeName: "pve9").answer(call)) } catch let failure as Failure {
            reply = Reply(failure)
        }
        #expect("\(reply.status) \(reply.reason)" == "\(exchange.status) \(exchange.reason)", "\(exchange)")
        let answer = try JSONSerialization.jsonObject(with: Data(reply.body.utf8)) as? [String: Any]
        let expected = (exchange.answer as? [String: Any])?["errors"] as? [String: String]
        #expect(answer?["errors"] as? [String: String] == expected, "\(exchange)")
        guard let end, let upid = answer?["data"] as? String else { return }
        await node.workers[upid]?.value
        #expect(await node.tasks.tasks[upid]?.exitStatus == end, "\(exchange)")
    }
}

extension Seed {
    /// The host on which the calls of `init` were recorded.
    fileprivate static var recordedForInit: Seed {
        var access = Access()
        access.poolNames = ["mx", "px"]
        return Seed(
            guests: [:],
            storages: [
                Storage(name: "local", kind: .dir, content: "backup,iso,vztmpl"),
                Storage(name: "guests", kind: .dir, content: "images,rootdir"),
                Storage(name: "small", kind: .dir, content: "images,rootdir"),
                Storage(name: "isos", kind: .dir, content: "iso"),
                Storage(name: "off", kind: .dir, content: "vztmpl,rootdir", isEnabled: false),
            ],
            templates: [.debian12],
            bridges: ["vmbr0"],
            access: access
        )
    }
}
