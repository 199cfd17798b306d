/// The replies that prove a behavior, and those that disprove it. Any other reply proves nothing, and the check counts
/// as not made.
enum Expectation: Sendable, Hashable {
    /// The greeting of a server of this name.
    case greeting(hostname: String)
    /// The greeting of a server that accepts mail, whatever its name.
    case greetingOfAny
    /// A reply to EHLO with this extension.
    case offer(String)
    /// A reply to EHLO without this extension.
    case noOffer(String)
    /// MAIL or RCPT is accepted.
    case acceptance
    /// As ``acceptance``, for a recipient that the operator did not list. If the server does not know it, this is only
    /// a warning.
    case dutyAcceptance
    /// MAIL or RCPT is refused permanently. 2xx is a hole; 4xx makes legitimate senders retry for days.
    case refusal
    /// As ``refusal``, for a sender or a name in EHLO. A temporary refusal of a domain that is not found is enough.
    case introductionRefusal
    /// A command that the server does not support, or not for every client, is refused permanently.
    case commandRefusal
    /// MAIL is refused because of its size.
    case sizeRefusal
    /// A client that does not wait for the greeting is refused.
    case protocolRefusal
    /// A recipient that does not exist at the primary is refused. If the primary accepts every recipient, this is only
    /// a warning.
    case relayedRefusal
    /// The reply to EHLO has a size limit that fits a backup that accepts messages up to this size.
    case size(Int?)
    /// The command was received, whatever the reply is. 421 may be sent without a command.
    case anything
    /// DATA is accepted.
    case dataStart
    /// The end of data is refused because of its bare line feed.
    case bareLineFeedRefusal

    func verdict(of reply: SMTPReply) -> Finding.Verdict {
        switch self {
        case .greeting(let hostname):
            if reply.isTemporary { return .unchecked }
            return reply.greets(as: hostname) ? .pass : .fail
        case .greetingOfAny:
            if reply.code == 220 { return .pass }
            return reply.isOutOfService ? .unchecked : .fail
        case .offer(let keyword):
            if reply.code != 250 { return .unchecked }
            return reply.offers(keyword) ? .pass : .fail
        case .noOffer(let keyword):
            if reply.code != 250 { return .unchecked }
            return reply.offers(keyword) ? .fail : .pass
        case .acceptance:
            if [250, 251].contains(reply.code) { return .pass }
            return reply.code < 400 || reply.isOutOfService ? .unchecked : .fail
        case .dutyAcceptance:
            let verdict = Expectation.acceptance.verdict(of: reply)
            return verdict == .fail && Trouble(of: reply) == .recipient ? .warn : verdict
        case .refusal: return verdict(of: reply, isRefused: reply.refusesTransaction)
        case .introductionRefusal:
            if reply.isPositive { return .warn }
            return reply.refusesTransaction || reply.status?.hasSuffix(".1.8") == true ? .pass : .unchecked
        case .commandRefusal: return verdict(of: reply, isRefused: reply.isPermanent && !reply.isAboutServer)
        case .sizeRefusal:
            if reply.isPositive { return .fail }
            return reply.code == 552 || reply.status == "5.3.4" ? .pass : .unchecked
        case .protocolRefusal:
            if reply.isPositive { return .warn }
            return reply.isPermanent && reply.says("synchroni", "protocol", "pipelin") ? .pass : .unchecked
        case .relayedRefusal:
            let verdict = verdict(of: reply, isRefused: reply.refusesTransaction)
            return verdict == .fail ? .warn : verdict
        case .size(let backup):
            if reply.code != 250 { return .unchecked }
            guard let backup else { return reply.size == nil ? .pass : .fail }
            guard let size = reply.size, size <= RelayedSize.largestUseful(of: backup) else { return .warn }
            return size >= backup + RelayedSize.growth(of: backup) ? .pass : .fail
        case .anything: return reply.code == 421 ? .unchecked : .pass
        case .dataStart: return reply.code == 354 ? .pass : .unchecked
        case .bareLineFeedRefusal:
            if reply.isPositive { return .fail }
            let isNamed = reply.status == "5.5.2" || reply.says("bare", "newline", "line feed", "linefeed")
            return reply.isPermanent && isNamed ? .pass : .unchecked
        }
    }

    private func verdict(of reply: SMTPReply, isRefused: Bool) -> Finding.Verdict {
        if reply.isPositive { return .fail }
        if isRefused { return .pass }
        let isGeneral = [.rateLimit, .greylisting].contains(Trouble(of: reply))
        return reply.isTemporary && !reply.isAboutServer && !isGeneral ? .warn : .unchecked
    }
}

extension SMTPReply {
    /// The enhanced status code that the text begins with (RFC 2034), like `4.3.1`; nil if it has none.
    var status: String? {
        lines.first?.prefixMatch(of: /[245]\.[0-9]{1,3}\.[0-9]{1,3}\b/).map { String($0.0) }
    }

    /// Whether the server is temporarily unable to accept mail: no service (421), no space or too many commands (452),
    /// or a local error (451) that is not about the address or a policy.
    var isOutOfService: Bool {
        [421, 452].contains(code) || code == 451 && (status == nil || isOfSystem)
    }

    /// Whether the reply is about the server's own state, permanent or not, and so proves nothing about how it treats
    /// other clients.
    fileprivate var isAboutServer: Bool { isOutOfService || isOfSystem }

    /// Whether the status is in the classes X.3 and X.4 of RFC 3463, except X.3.4, which is about the message's size.
    private var isOfSystem: Bool {
        guard let subject = status?.dropFirst() else { return false }
        return [".3.", ".4."].contains(where: subject.hasPrefix) && subject != ".3.4"
    }

    /// Whether the reply refuses a sender or recipient permanently, not only the command because of an earlier one
    /// (503).
    fileprivate var refusesTransaction: Bool {
        guard isPermanent, !isAboutServer else { return false }
        return [501, 504, 550, 551, 553, 554, 555, 556].contains(code) || status == "5.5.4"
    }

    func says(_ words: String...) -> Bool {
        let text = lines.joined(separator: " ").lowercased()
        return words.contains(where: text.contains)
    }
}
