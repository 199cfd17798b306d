import RemoteShell
import TestSupport
import Testing

@testable import ConfigurationFiles
@testable import Resources

@Suite struct `Debian packages` {
    private let packages: Packages

    init() throws { packages = try .read("{names: [postfix, g++, ufw], start: false, debconf: [a a/b select c]}") }

    private func unknown(_ names: String...) -> String {
        names.map { "dpkg-query: no packages found matching \($0)\n" }.joined()
    }

    @Test func `are unchanged if all are installed and configured`() throws {
        #expect(try packages.changes(after: .said("g++ ii \npostfix hi \nufw ii \n")) == [])
    }

    @Test func `are missing if dpkg does not know them`() throws {
        let answer = CommandResult.said("", exit: 1, errors: unknown("postfix", "g++", "ufw"))
        let wanted = ["postfix", "g++", "ufw"].map { Change($0, from: nil, to: "installed") }
        #expect(try packages.changes(after: answer) == wanted)
        #expect(try packages.repair(after: answer).contains("-- 'postfix' 'g++' 'ufw'\n"))
    }

    @Test(arguments: ["un ", "rc ", "iU ", "iF ", "iH ", "iW ", "it ", "iiR", "pn "])
    func `are missing if they are only partly installed`(_ status: String) throws {
        let answer = CommandResult.said("postfix \(status)\ng++ ii \nufw ii \n")
        #expect(try packages.changes(after: answer) == [Change("postfix", from: nil, to: "installed")])
        #expect(try packages.repair(after: answer).contains("-- 'postfix'\n"))
    }

    @Test func `are reinstalled if their files are damaged`() throws {
        let answer = CommandResult.said("postfix ii \ng++ ii \nufw ii \ndamaged /usr/sbin/postfix\n")
        #expect(
            try packages.changes(after: answer) == [
                Change("/usr/sbin/postfix", from: "missing or damaged", to: "as in its package")
            ])
        #expect(try packages.repair(after: answer).contains("--reinstall"))
    }

    @Test(arguments: [
        "dpkg-query: error: parsing file '/var/lib/dpkg/status' near line 1:\n newline in field name",
        "dpkg-query: error: failed to open package info file '/var/lib/dpkg/status' for reading: No such file or directory",
    ])
    func `have an unknown state if the database is damaged`(_ errors: String) throws {
        let changes = try packages.changes(after: .said("", exit: 2, errors: errors))
        #expect(changes.map(\.subject) == ["dpkg's database"])
    }

    @Test(arguments: [
        ("", 0), ("", 1), ("postfix ii \n", 0), ("postfix ii \ng++ ii \nuf", 0), ("g++ ii \npostfix ii \nufw ", 0),
        ("postfix ii \ng++ ii \nufw ii \n", 2), ("sh: 1: dpkg-query: not found", 127), ("\u{0}\u{ff}\n", 0),
        ("Postfix yes\nG++ yes\nUfw yes\n", 0),
    ])
    func `reject probe output that omits a package`(_ text: String, _ exit: Int) {
        let answer = CommandResult.said(text, exit: exit)
        #expect(throws: UnreadableAnswer(expected: "a list of packages", answer: answer)) {
            try packages.observation(from: answer)
        }
    }

    @Test func `start no service if and only if configured so`() throws {
        let missing = CommandResult.said("", exit: 1, errors: unknown("postfix", "g++", "ufw"))
        #expect(try packages.repair(after: missing).contains("exit 101"))
        let starting = try Packages.read("names: [ufw]")
        #expect(!(try starting.repair(after: missing).contains("policy-rc.d")))
    }

    @Test(arguments: ["-o", "a b", "Postfix", "postfix=1", "postfix/testing", "*", "a", ""])
    func `report names that Debian does not allow`(_ name: String) throws {
        #expect(
            try Packages.mistakes(in: "names: ['\(name)']") == ["`names`: invalid name of a Debian package `\(name)`"])
    }
}
