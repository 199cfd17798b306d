/// A TCP port of the guest that firewalls outside it let in.
struct OpenPort: Sendable, Hashable {
    /// What rules for it are known by.
    let name: String
    let number: Int

    static let smtp = OpenPort(name: "smtp", number: 25)
    static func ssh(_ number: Int) -> OpenPort { OpenPort(name: "ssh", number: number) }
}

extension OpenPort: CustomStringConvertible {
    var description: String { "\(number)/tcp" }
}

extension Site {
    /// What is open from the time before the guest's steps: their way in. Port 25 comes after the proof.
    var standingPorts: [OpenPort] { [.ssh(ssh.port)] }
}
