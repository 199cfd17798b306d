import Alerts
import ConfigurationFiles
import Diagnostics
import Ingress
import MailChecks
import Sites

extension TCPStream: ByteStream {}

extension OutsideCheck {
    /// Reads the SMTP greeting, which must contain the guest's host name (RFC 5321, 4.2). postscreen delays its greeting
    /// by six seconds.
    static func smtpGreetingReader(of hostname: String) -> GreetingReader {
        { stream, timeout in
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
