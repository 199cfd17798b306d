/// A TCP port of the guest that firewalls outside it let in, and that a router hands on.
struct OpenPort: Sendable, Hashable {
    /// What rules for it are known by.
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
    /// What is open from the time before the guest's steps: their way in. Port 25 comes after the proof.
    var standingPorts: [OpenPort] { [.ssh(ssh.port)] + earlyPorts }

    /// What the guest's steps need from outside: an authority comes to port 80 before it signs.
    var earlyPorts: [OpenPort] { certificate.comesByHTTP ? [.http] : [] }
}
