import Alerts
public import ConfigurationFiles
import Diagnostics
import Engine
import Sites

/// How a failover drill runs: the canaries' address, and how their arrival is detected.
public struct DrillSettings: Sendable, Hashable {
    /// The address whose mail is held during a drill; no other mail is held.
    public enum Address: Sendable, Hashable {
        /// An extension of this recipient, different for each drill: `you+mxprovision-drill-5f0c…@…`.
        case extended(MailAddress)
        /// This address without an extension: other mail to it is held too.
        case exact(MailAddress)

        /// Returns the address of a run's canaries.
        func canary(of run: String) -> String {
            switch self {
            case .exact(let address): address.description
            case .extended(let address): "\(address.local)+\(Self.word)\(run)@\(address.domain)"
            }
        }

        fileprivate static let word = "mxprovision-drill-"
        /// The maximum length of the local part: it may have 64 octets (RFC 5321, 4.5.3.1.1).
        fileprivate static let longest = 64 - word.count - 1 - Self.digits
        /// The number of digits in a run's ID.
        static let digits = 8
    }

    /// The way in which a canary's arrival is detected.
    public enum Arrivals: Sendable, Hashable {
        /// A program on this machine that prints the mailbox, with its arguments.
        case mailbox([String])
        /// The primary's log, read on the primary. It does not show the content of a message.
        case log(PrimaryLog)
    }

    public enum PrimaryLog: Sendable, Hashable {
        case journal
        /// A log file of syslog on the primary.
        case file(String)
    }

    public var address: Address
    public var arrivals: Arrivals
    /// The number of canaries if the command line does not give it.
    public var messages: Int

    /// The allowed number of canaries. More would be a load test.
    public static let range = 1...500
    static let usual = 20
}

extension Parameters {
    /// - Parameters:
    ///   - listed: The known recipients.
    ///   - isClosed: Whether there are no other recipients.
    ///   - hasLogin: Whether the primary has an ssh login.
    mutating func drillSettings(
        for listed: [MailAddress],
        in domains: [DomainName],
        isClosed: Bool,
        hasLogin: Bool
    ) -> DrillSettings? {
        let address = drillAddress(for: listed, in: domains, isClosed: isClosed)
        let messages = integer("messages", in: DrillSettings.range, default: DrillSettings.usual)
        let arrivals = arrivals(hasLogin: hasLogin)
        guard let address, let arrivals else { return nil }
        return DrillSettings(address: address, arrivals: arrivals, messages: messages)
    }

    private mutating func drillAddress(
        for listed: [MailAddress],
        in domains: [DomainName],
        isClosed: Bool
    ) -> DrillSettings.Address? {
        let recipient: MailAddress? = optionalValue("recipient")
        let canary: MailAddress? = optionalValue("canary")
        for (key, address) in [("recipient", recipient), ("canary", canary)] {
            guard let address else { continue }
            if !domains.isEmpty, !domains.contains(address.domain) {
                wrong(key, "`\(address)` is in none of the relayed domains \(quoted(domains.map(\.description)))")
            } else if isClosed, !listed.contains(address) {
                wrong(key, "`\(address)` is not a recipient, so the backup would refuse mail to it")
            }
        }
        if keys.contains("recipient"), keys.contains("canary") {
            wrong("canary", "`recipient` and `canary` are both set; expected only one of them")
        }
        if let canary { return .exact(canary) }
        guard let recipient = recipient ?? listed.first(where: { $0.local.count <= DrillSettings.Address.longest })
        else { return nil }
        if recipient.local.count > DrillSettings.Address.longest {
            wrong(
                "recipient", "`\(recipient.local)` is too long for an extension; set `canary` to a separate address"
            )
        }
        return .extended(recipient)
    }

    private mutating func arrivals(hasLogin: Bool) -> DrillSettings.Arrivals? {
        guard let key = exactlyOne(of: ["mailbox", "log"], for: "detect arrivals") else { return nil }
        if key == "mailbox" {
            let command = words("mailbox")
            return command.isEmpty ? nil : .mailbox(command)
        }
        let text = string("log")
        if !hasLogin {
            wrong("log", "`log` is read on the primary by ssh, but `primary.ssh.user` is missing")
        }
        if text == "journal" { return .log(.journal) }
        guard text.hasPrefix("/"), !text.contains(where: { $0.isNewline || $0 == "\0" }) else {
            wrong("log", "`log` is `\(text)`; expected `journal` or the absolute path of a file on the primary")
            return nil
        }
        return .log(.file(text))
    }
}
