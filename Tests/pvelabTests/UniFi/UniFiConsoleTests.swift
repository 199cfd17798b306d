import Foundation
import Synchronization
import Testing

@testable import pvelab

@Suite struct `The lab's UniFi gateway` {
    /// The rules loaded into the kernel, in order.
    private final class Kernel: Sendable {
        private let kept = Mutex<[[PortForwardObject]]>([])
        var last: [String?] { kept.withLock { $0.last?.map(\.name) ?? [] } }
        func load(_ forwards: [PortForwardObject]) { kept.withLock { $0.append(forwards) } }
    }

    private let kernel = Kernel()
    private let list = "/proxy/network/api/s/default/rest/portforward"
    private static let body =
        #"{"name":"mx","enabled":true,"dst_port":"25","fwd":"10.2.0.28","fwd_port":"25","proto":"tcp","fwd_ip":"ignored"}"#

    private func console(_ forwards: [PortForwardObject] = []) -> UniFiConsole {
        UniFiConsole(access: .init(key: "k", user: "u", password: "p"), forwards: forwards) { [kernel] in
            kernel.load($0)
        }
    }

    private func ask(
        _ console: UniFiConsole, _ method: String, _ path: String, _ body: String = "",
        _ headers: [String: String] = ["x-api-key": "k"],
        at front: UniFiFront = .unifiOS
    ) async -> UniFiReply {
        await console.reply(to: UniFiRequest(method: method, path: path, headers: headers, body: body), at: front)
    }

    @Test func `has its own page at the root, or redirects to the classic one`() async {
        let page = await ask(console(), "GET", "/", "", [:])
        #expect(page.status == 200 && page.type.hasPrefix("text/html"))
        let moved = await ask(console(), "GET", "/", "", [:], at: .classic)
        #expect(moved.status == 302 && moved.headers == ["Location: /manage"])
    }

    @Test func `accepts a key on UniFi OS only, and no call without credentials`() async {
        let console = console()
        #expect(await ask(console, "GET", list).body == #"{"meta":{"rc":"ok"},"data":[]}"#)
        #expect(await ask(console, "GET", list, "", [:]) == .barred(401, "Unauthorized"))
        #expect(await ask(console, "GET", list, "", ["x-api-key": "other"]).status == 401)
        let classic = await ask(console, "GET", "/api/s/default/rest/portforward", at: .classic)
        #expect(classic == .refused(401, "api.err.LoginRequired"))
        #expect(await ask(console, "GET", "/api/s/default/rest/portforward").status == 404, "another front's path")
    }

    @Test func `opens a session for its admin, and requires the CSRF token for changes`() async throws {
        let console = console()
        #expect(await ask(console, "POST", "/api/auth/login", #"{"username":"u","password":"x"}"#, [:]).status == 403)
        let login = await ask(console, "POST", "/api/auth/login", #"{"username":"u","password":"p"}"#, [:])
        let token = try #require(login.headers.first?.firstMatch(of: /TOKEN=([^;]*)/)?.1)
        let proof = try #require(login.headers.last?.split(separator: ": ").last)
        let cookie = "TOKEN=\(token)"
        #expect(await ask(console, "GET", list, "", ["cookie": cookie]).status == 200)
        #expect(await ask(console, "POST", list, Self.body, ["cookie": cookie]) == .barred(403, "Forbidden"))
        let proved = ["cookie": "a=b; \(cookie)", "x-csrf-token": String(proof)]
        #expect(await ask(console, "POST", list, Self.body, proved).status == 200)
        let session = await ask(
            console, "GET", "/api/s/default/rest/portforward", "", ["cookie": "unifises=\(token)"], at: .classic)
        #expect(session.status == 401, "a session belongs to its front")
    }

    @Test func `stores forwards, and loads them into the kernel`() async throws {
        let console = console()
        #expect(await ask(console, "POST", list, Self.body).status == 200)
        #expect(kernel.last == ["mx"])
        let made = try #require(await console.forwards.first)
        #expect(made.interface == "wan" && made.source == "any" && made.siteID != nil)
        let id = try #require(made.id)
        #expect(await ask(console, "PUT", "\(list)/\(id)", #"{"log":true}"#).body.contains(#""fwd":"10.2.0.28""#))
        #expect(await console.forwards.first?.log == true)
        #expect(await ask(console, "DELETE", "\(list)/\(id)") == .ok())
        #expect(kernel.last == [])
        #expect(await ask(console, "DELETE", "\(list)/\(id)") == .refused(400, "api.err.IdInvalid"))
    }

    @Test(arguments: [
        (#"{"name":""}"#, "name"), (#"{"dst_port":"0"}"#, "dst_port"), (#"{"dst_port":"30-20"}"#, "dst_port"),
        (#"{"fwd":"host"}"#, "fwd"), (#"{"proto":"sctp"}"#, "proto"), (#"{"pfwd_interface":"lan"}"#, "pfwd_interface"),
        (#"{"src":"everybody"}"#, "src"), (#"{"enabled":"yes"}"#, "enabled"), (#"{"fwd_port":25}"#, "fwd_port"),
    ])
    func `rejects an invalid value of a field`(change: String, field: String) async throws {
        let console = console([.byHand("a", port: 25)])
        let id = try #require(await console.forwards.first?.id)
        #expect(
            await ask(console, "PUT", "\(list)/\(id)", change) == .refused(400, "api.err.InvalidPayload", field: field))
    }

    @Test func `rejects a second enabled forward of a port`() async {
        let console = console([.byHand("a", port: 25)])
        #expect(await ask(console, "POST", list, Self.body) == .refused(400, "api.err.PortForwardOverlaps"))
        let idle = Self.body.replacing(#""enabled":true"#, with: #""enabled":false"#)
        #expect(await ask(console, "POST", list, idle).status == 200)
        let other = await ask(console, "GET", list.replacing("default", with: "other"))
        #expect(other == .refused(400, "api.err.NoSiteContext"))
    }

    @Test func `fails as its fault requires`() async {
        let console = console()
        await console.order(.loginPage)
        #expect(await ask(console, "GET", list).type.hasPrefix("text/html"))
        await console.order(.noOp)
        #expect(await ask(console, "POST", list, Self.body).status == 200)
        #expect(await console.forwards.isEmpty)
        await console.order(.secondFactor)
        let form = #"{"username":"u","password":"p"}"#
        #expect(await ask(console, "POST", "/api/auth/login", form, [:]).status == 499)
        let classic = await ask(console, "POST", "/api/login", form, [:], at: .classic)
        #expect(classic == .refused(400, "api.err.Ubic2faTokenRequired"))
    }

    @Test func `translates packets from the internet according to its rule`() {
        func rules(_ change: (inout PortForwardObject) -> Void) -> [String] {
            var object = PortForwardObject.byHand("a", port: 25)
            change(&object)
            return PortForwardTable().rules(for: object)
        }
        let begin = #"iifname "wan" "#
        #expect(rules { _ in } == [begin + "ip daddr != 10.2.0.0/24 tcp dport { 25 } dnat to 10.2.0.25:25"])
        #expect(
            rules { ($0.source, $0.destination, $0.transport) = ("!192.0.2.0/24", "198.51.100.20", "tcp_udp") } == [
                begin + "ip saddr != 192.0.2.0/24 ip daddr 198.51.100.20 tcp dport { 25 } dnat to 10.2.0.25:25",
                begin + "ip saddr != 192.0.2.0/24 ip daddr 198.51.100.20 udp dport { 25 } dnat to 10.2.0.25:25",
            ])
        #expect(
            rules { ($0.port, $0.addressPort) = ("20-30,80", "20-30,80") }[0].hasSuffix(
                "dport { 20-30, 80 } dnat to 10.2.0.25"))
        #expect(rules { $0.enabled = false } == [] && rules { $0.interface = "wan2" } == [])
        #expect(rules { ($0.sourceIsLimited, $0.sourceLimit) = (true, "firewall_group") } == [])
    }
}
