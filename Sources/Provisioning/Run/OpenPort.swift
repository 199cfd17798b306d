import Engine

/// A TCP port of the guest that external firewalls open, and that a router forwards.
struct OpenPort: Sendable, Hashable {
    /// The name by which its rules are known.
    let name: String
    let number: Int

    static let smtp = OpenPort(name: "smtp", number: 25)
    static let http = OpenPort(name: "http", number: 80)
    static func ssh(_ number: Int) -> OpenPort { OpenPort(name: "ssh", number: number) }
}

extension OpenPort: CustomStringConvertible {
    var description: String { "\(number)/tcp" }
}

extension Site {
    /// The ports that are open before the guest's steps run: ssh and those of the steps. Port 25 is opened after the
    /// verification.
    var standingPorts: [OpenPort] { [.ssh(ssh.port)] + earlyPorts }

    /// The ports that the guest's steps need from outside: a certificate authority connects to port 80 before it signs.
    var earlyPorts: [OpenPort] { certificate.comesByHTTP ? [.http] : [] }
}
