import RemoteShell

/// The guest's mail queue, counted by its files: cheap at any size, and right while Postfix is down (postfix.md 4).
enum MailQueue {
    private static let count: Script = """
        if [ -d /var/spool/postfix ]; then
            cd /var/spool/postfix
            n=$(find incoming active deferred hold maildrop -type f | wc -l)
        else
            n=0
        fi
        """

    /// Prints how many messages there are.
    static let size: Script = "\(count); echo $((n))"

    /// Stops Postfix, prints how many messages there are, and starts Postfix again where there are any.
    static let silence: Script = """
        set -eu
        if [ -d /var/spool/postfix ]; then systemctl stop 'postfix@-.service' postfix.service; fi
        \(count)
        if [ "$n" -gt 0 ]; then systemctl start postfix.service; fi
        echo $((n))
        """

    static func count(in answer: Completion) throws -> Int {
        let text = answer.text.split(whereSeparator: \.isWhitespace).first ?? ""
        guard answer.exit == 0, let count = Int(text) else {
            throw UnreadableAnswer(expected: "a number of queued messages", answer: answer)
        }
        return count
    }
}
