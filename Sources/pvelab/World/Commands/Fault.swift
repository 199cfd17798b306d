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
            abstract: "Cut, delay or mend the tunnel between the sites.",
            discussion: """
                down     no device and no route at the secondary site
                slow     every packet takes a while longer, each way
                one-way  what the primary site sends does not arrive
                up       as it was
                """
        )

        @OptionGroup var lab: LabOptions

        @Argument(help: "What the tunnel is to be.")
        var state: TunnelFaults.State

        @Option(help: "How much longer each way takes when it is slow.")
        var milliseconds = 1000

        func validate() throws {
            guard 1...4000 ~= milliseconds else {
                throw ValidationError("1 to 4000 milliseconds: WireGuard gives a handshake up after five seconds")
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
            abstract: "Take the ACME server away, or bring it back with all that it knew."
        )

        @OptionGroup var lab: LabOptions

        @Argument(help: "What the ACME server is to be.")
        var state: State

        @Option(help: "The address of the only guest that it is away for.")
        var guest: String?

        func validate() throws {
            guard let guest, guest.wholeMatch(of: /[0-9]+(\.[0-9]+){3}/) == nil else { return }
            throw ValidationError("`\(guest)` is no IPv4 address")
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
            abstract: "Let the next call of this method and path go wrong, once.",
            discussion: """
                unheard         the connection closed without an answer, and nothing done
                undelivered     answered with 595, and nothing done
                refused         answered with 500, and nothing done
                no-quorum       what writes answered with 500, and nothing done
                revoked         answered with 401, and nothing done
                slow            executed, and answered after five seconds
                dropped         executed, and the connection closed without an answer
                timed-out       executed, and answered with 596
                unacknowledged  the worker started, and answered with 500
                locked          the guest locked by a worker that died earlier
                killed          the worker killed, its locks left behind
                truncated       executed, and the connection closed in the middle of the answer
                full            a clone's storage full
                none            nothing any more: what was ordered is taken back
                """
        )

        @OptionGroup var lab: LabOptions

        @Argument(help: "GET, POST, PUT or DELETE.")
        var method: String

        @Argument(
            help:
                """
                Below /api2/json, such as /nodes/pve2/lxc/100/clone, or only with some of its parameters: …/clone?newid=110. \
                A part may be *.
                """
        )
        var path: String

        @Argument(help: "What is to go wrong.")
        var kind: APIFault.Kind

        @Option(help: "The only token whose calls it is for, such as \(Topology.tokenID); otherwise everybody's.")
        var token: String?

        func validate() throws {
            guard ["GET", "POST", "PUT", "DELETE"].contains(method) else {
                throw ValidationError("there is no method `\(method)`: say GET, POST, PUT or DELETE")
            }
            guard path.hasPrefix("/"), !path.hasPrefix("/api2") else {
                throw ValidationError(
                    "`\(path)` is not a path below /api2/json: begin with /nodes, /cluster or /access")
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
            abstract: "Let the site's UniFi gateway be wrong, until `none` mends it.",
            discussion: """
                login-page  every path has the page that asks people to log in
                2fa         the admin has a second factor
                no-op       a change is answered with yes, and not made
                expiring    a session is good for one call
                down        connections are refused
                slow        an answer takes a minute
                none        all is well
                """
        )

        @OptionGroup var lab: LabOptions

        @Argument(help: "What is to be wrong.")
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
