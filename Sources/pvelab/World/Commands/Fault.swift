import ArgumentParser
import Foundation

/// `pvelab fault …`: injects a fault.
struct Fault: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Order a fault.",
        subcommands: [VPN.self, ACME.self, API.self, Router.self]
    )

    enum State: String, ExpressibleByArgument, CaseIterable {
        case down, up
    }

    /// `pvelab fault vpn down|slow|one-way|up`
    struct VPN: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Cut, delay or restore the tunnel between the sites.",
            discussion: """
                down     no device and no route at the secondary site
                slow     every packet is delayed, in both directions
                one-way  packets from the primary site do not arrive
                up       no fault
                """
        )

        @OptionGroup var lab: LabOptions

        @Argument(help: "State of the tunnel.")
        var state: TunnelFaults.State

        @Option(help: "Delay in milliseconds in each direction, for `slow`.")
        var milliseconds = 1000

        func validate() throws {
            guard 1...4000 ~= milliseconds else {
                throw ValidationError(
                    "expected 1 to 4000 milliseconds: WireGuard aborts a handshake after five seconds")
            }
        }

        func run() async throws {
            try await lab.order(["vpn", state.rawValue, String(milliseconds)])
        }
    }

    /// `pvelab fault acme down|up [--guest ADDRESS]`
    struct ACME: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "acme",
            abstract: "Make the ACME server unreachable, or reachable again with its state."
        )

        @OptionGroup var lab: LabOptions

        @Argument(help: "State of the ACME server.")
        var state: State

        @Option(help: "Address of the only affected guest (default: all guests).")
        var guest: String?

        func validate() throws {
            guard let guest, guest.wholeMatch(of: /[0-9]+(\.[0-9]+){3}/) == nil else { return }
            throw ValidationError("`\(guest)` is not an IPv4 address")
        }

        func run() async throws {
            let acme = try await lab.requireUp().acme
            switch state {
            case .down: try await acme.hide(from: guest)
            case .up: try await acme.show()
            }
        }
    }

    /// `pvelab fault api METHOD PATH KIND`
    struct API: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "api",
            abstract: "Make the next call of this method and path fail, once.",
            discussion: """
                unheard         connection closed without a response, not executed
                undelivered     response 595, not executed
                refused         response 500, not executed
                no-quorum       response 500 to writing calls, not executed
                revoked         response 401, not executed
                slow            executed, response after five seconds
                dropped         executed, connection closed without a response
                timed-out       executed, response 596
                unacknowledged  worker started, response 500
                locked          guest locked by a worker that died earlier
                killed          worker killed, its locks remain
                truncated       executed, connection closed in the middle of the response
                full            storage of the clone is full
                none            remove the ordered faults
                """
        )

        @OptionGroup var lab: LabOptions

        @Argument(help: "GET, POST, PUT or DELETE.")
        var method: String

        @Argument(
            help:
                """
                Path below /api2/json, such as /nodes/pve2/lxc/100/clone; with parameters that must match: …/clone?newid=110. \
                A part may be `*`.
                """
        )
        var path: String

        @Argument(help: "Fault.")
        var kind: APIFault.Kind

        @Option(help: "Only affected token, such as \(Topology.tokenID) (default: all callers).")
        var token: String?

        func validate() throws {
            guard ["GET", "POST", "PUT", "DELETE"].contains(method) else {
                throw ValidationError("unknown method `\(method)`: expected GET, POST, PUT or DELETE")
            }
            guard path.hasPrefix("/"), !path.hasPrefix("/api2") else {
                throw ValidationError(
                    "invalid path `\(path)`: expected a path below /api2/json, such as /nodes, /cluster or /access")
            }
        }

        func run() async throws {
            try await lab.order(["fault", method, path, kind.rawValue] + (token.map { [$0] } ?? []))
        }
    }
}

extension Fault {
    /// `pvelab fault router KIND`
    struct Router: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Inject a fault into the site's UniFi gateway, until `none` removes it.",
            discussion: """
                login-page  every path returns the login page
                2fa         the admin has a second factor
                no-op       a change is confirmed but not made
                expiring    a session is valid for one call
                down        connections are refused
                slow        a response takes a minute
                none        no fault
                """
        )

        @OptionGroup var lab: LabOptions

        @Argument(help: "Fault.")
        var kind: UniFiFault

        func run() async throws {
            try await lab.order(["fault", "router", kind.rawValue])
        }
    }
}

extension APIFault.Kind: ExpressibleByArgument {}
extension TunnelFaults.State: ExpressibleByArgument {}

extension UniFiFault: ExpressibleByArgument {}

extension ControlAnswer {
    /// Prints the daemon's output and ends with its status.
    func finish() throws {
        FileHandle.standardOutput.write(Data(output.utf8))
        FileHandle.standardError.write(Data(error.utf8))
        if status != 0 { throw ExitCode(status) }
    }
}
