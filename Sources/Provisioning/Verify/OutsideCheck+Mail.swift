import ConfigurationFiles
import Diagnostics
import Ingress
import MailChecks

extension TCPStream: ByteStream {}

extension OutsideCheck {
    /// Checks by the SMTP greeting, which must contain the guest's host name (RFC 5321, 4.2).
    ///
    /// - Parameter timeout: For the connection, and for the greeting after it. postscreen delays its greeting by six
    ///   seconds.
    init(
        addresses: [IPAddress],
        hostname: String,
        witnesses: [IPAddress],
        network: CIDR?,
        port: Int = 25,
        timeout: Duration = .seconds(10),
        pause: Duration = .seconds(1)
    ) {
        self.init(
            addresses: addresses, witnesses: witnesses, network: network, port: port, timeout: timeout, pause: pause
        ) { stream, timeout in
            do {
                let dialogue = SMTPDialogue(over: stream, patience: timeout)
                let greeting = try await dialogue.greeting()
                // The answer to QUIT does not affect the result.
                _ = try? await dialogue.send("QUIT")
                let text = greeting.description
                return greeting.greets(as: hostname) ? .answers(greeting: text) : .stranger(greeting: text)
            } catch let error as SMTPError {
                return .mute(reason: ErrorDescription.reason(of: error))
            }
        }
    }
}
