package import ConfigurationFiles
import Engine
package import RemoteShell

/// Queries of one name server, made with dig on this machine.
package struct NameServerQuery: Sendable {
    /// Nil for this machine's resolver.
    let server: NameServer?
    /// Whether only authoritative answers count, and recursion is off.
    package let isAuthoritative: Bool
    /// The shell that runs dig.
    var shell: any Shell = ProcessShell.local

    package init(
        server: NameServer?,
        isAuthoritative: Bool,
        shell: any Shell = ProcessShell.local
    ) {
        self.server = server
        self.isAuthoritative = isAuthoritative
        self.shell = shell
    }

    package var name: String { server?.description ?? "of this machine" }

    /// Sends the queries one after the other, and stops at the first that fails.
    ///
    /// - Returns: The records for each query; empty if there are none.
    /// - Throws: ``DNSError``
    package func ask(_ questions: [RecordSetName]) async throws -> [RecordSetName: [ZoneRecord]] {
        // `-r`: settings in ~/.digrc would change the output.
        let mode = isAuthoritative ? "+norecurse" : "+recurse"
        let target = server.map { ["@\($0.host)", "-p", "\($0.port)"] } ?? []
        let scripts: [Script] = questions.map { question in
            let words =
                ["-r", mode, "+time=3", "+tries=2", "+noall", "+comments", "+answer"] + target
                + ["-q", question.name.absolute, "-t", question.type.description]
            return "dig \(words) </dev/null || exit $?"
        }
        let completion = try await shell.run(
            "command -v dig >/dev/null || exit 127; LC_ALL=C; export LC_ALL\n\(Script.lines(scripts))\n",
            Wait(.program, for: "dig: \(questions.count) queries to name server \(name)"))
        if completion.exit == 127 { throw DNSError.noProgram("dig") }
        let answers = DigAnswer.read(completion.text)
        guard completion.exit == 0, answers.count == questions.count else {
            throw DNSError.unanswered(
                server: server, reason: DigAnswer.reason(in: completion.text + completion.errorText))
        }
        var observed: [RecordSetName: [ZoneRecord]] = [:]
        for (question, answer) in zip(questions, answers) { observed[question] = try records(answer, to: question) }
        return observed
    }

    private func records(_ answer: DigAnswer, to question: RecordSetName) throws(DNSError) -> [ZoneRecord] {
        guard ["NOERROR", "NXDOMAIN"].contains(answer.status) else {
            throw .failedQuestion(server: name, question: question.description, status: answer.status)
        }
        if isAuthoritative, !answer.isAuthoritative {
            throw .notAuthoritative(server: name, question: question.description)
        }
        return answer.records
    }
}
