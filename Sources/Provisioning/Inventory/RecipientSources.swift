import Yams

/// Where recipients come from beside those that stand on this machine, and what becomes of strangers.
public struct RecipientSources: Sendable, Hashable {
    /// What the sender to an address hears that is in no list.
    public enum Policy: String, Sendable, Hashable, CaseIterable {
        /// 550, refused for good; 450 while a pulled list is stale.
        case reject
        /// 450, always: for lists that nobody vouches for.
        case `defer`
        /// What the primary says of the address, and 450 while it cannot be asked.
        case verify
    }

    /// PostfixAdmin's tables `mailbox`, `alias`, `alias_domain` and `domain`, read on the primary.
    public struct PostfixAdmin: Sendable, Hashable {
        public enum Database: String, Sendable, Hashable, CaseIterable { case postgresql, mariadb }

        public var database: Database
        /// The database's name.
        public var name: String
        /// A file on the primary, in the database's own form; nil for the account over the local socket.
        public var credentials: String?
        /// What stands before each table's name (`$CONF['database_prefix']`).
        public var prefix: String
    }

    public var policy = Policy.reject
    /// The domains whose catch-all the guests have too.
    public var catchAll: [DomainName] = []
    /// Whether some of the addresses that stand on this machine come from a file.
    public var hasFile = false
    public var postfixAdmin: PostfixAdmin?
    /// A program on the primary that prints addresses, one a line.
    public var command: [String] = []
    /// Minutes between two pulls.
    public var every = 15
    /// Hours after which a pulled list is stale.
    public var stale = 24

    /// Whether the guests ask the primary.
    public var isPulled: Bool { postfixAdmin != nil || !command.isEmpty }
}

extension Parameters {
    /// The addresses that stand in the inventory and in files beside it, and where the others come from.
    mutating func recipients(in domains: [DomainName]) -> (listed: [MailAddress], sources: RecipientSources) {
        guard entry("recipients")?.value.mapping != nil else {
            return (addresses("recipients", in: domains), RecipientSources())
        }
        return section("recipients") { $0.recipientSources(in: domains) } ?? ([], RecipientSources())
    }

    private mutating func recipientSources(in domains: [DomainName]) -> ([MailAddress], RecipientSources) {
        var sources = RecipientSources()
        know("list")
        var listed = keys.contains("list") ? addresses("list", in: domains) : []
        if let path = optionalPath("file") {
            sources.hasFile = true
            let more = addresses(ofFile: path, in: domains)
            listed += more.filter { !listed.contains($0) }
        }
        sources.postfixAdmin = optionalSection("postfixadmin") { RecipientSources.PostfixAdmin(&$0) } ?? nil
        sources.command = words("command")
        if Set(["list", "file", "postfixadmin", "command"]).isDisjoint(with: keys) {
            wrong(nil, "`recipients` has no source; one of `list`, `file`, `postfixadmin`, `command` is wanted")
        }
        let caught: [DomainName] = optionalValues("catch_all") ?? []
        for domain in caught where !domains.isEmpty && !domains.contains(domain) {
            wrong("catch_all", "`\(domain)` is none of the relayed domains, \(quoted(domains.map(\.description)))")
        }
        sources.catchAll = caught
        sources.policy = choice("policy", default: .reject)
        for key in ["every", "stale"]
        where keys.contains(key) && !keys.contains("postfixadmin") && !keys.contains("command") {
            wrong(key, "`\(key)` is given, and nothing is read on the primary")
        }
        sources.every = integer("every", in: 1...1440, default: sources.every)
        sources.stale = integer("stale", in: 1...720, default: sources.stale)
        return (listed, sources)
    }

    /// A program and its arguments, as lines of a settings file can have them.
    mutating func words(_ key: String) -> [String] {
        guard let words = optionalStrings(key) else { return [] }
        if words.first?.isEmpty ?? true { wrong(key, "`\(key)` is empty; a program and its arguments are wanted") }
        for (item, word) in words.enumerated() where word.contains(where: { $0.isNewline || $0 == "\0" }) {
            wrong(key, item: item, "a word of `\(key)` has a line break or a NUL in it")
        }
        return words
    }

    private mutating func addresses(_ key: String, in domains: [DomainName]) -> [MailAddress] {
        let texts = strings(key)
        if texts.isEmpty {
            wrong(key, "`\(key)` is empty; a backup MX that knows no recipients would bounce to strangers")
        }
        let read = read(texts, of: key, as: MailAddress.self)
        noteRepeated(read, key: key)
        for (item, recipient) in read.enumerated() {
            guard let recipient, !domains.isEmpty, !domains.contains(recipient.domain) else { continue }
            wrong(key, item: item, Self.foreign(recipient, to: domains))
        }
        return read.compactMap(\.self)
    }

    /// The addresses of a file, one a line; empty lines and those that begin with `#` are passed over.
    private mutating func addresses(ofFile path: String, in domains: [DomainName]) -> [MailAddress] {
        let text: String
        do throws(Mistakes) { text = try SourceFile(path: path).text } catch {
            mistakes += error.all
            return []
        }
        var found: [MailAddress: Int] = [:]
        var wrong: [Mistake] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
        where !line.isEmpty && !line.hasPrefix("#") {
            func note(_ text: String) { wrong.append(Mistake(file: path, line: index + 1, text: text)) }
            do throws(Misfit) {
                let address = try MailAddress(reading: String(line))
                if let first = found[address] {
                    note("`\(address)` is listed already, at line \(first)")
                } else if !domains.isEmpty, !domains.contains(address.domain) {
                    note(Self.foreign(address, to: domains))
                }
                found[address] = found[address] ?? index + 1
            } catch { note(error.text) }
        }
        // A file that is something else has as many mistakes as lines.
        let rest = wrong.count - 5
        mistakes +=
            wrong.prefix(5) + (rest > 0 ? [Mistake(file: path, line: nil, text: "has \(rest) more of these")] : [])
        if found.isEmpty, wrong.isEmpty {
            mistakes.append(Mistake(file: path, line: nil, text: "has no address in it"))
        }
        return found.sorted { $0.value < $1.value }.map(\.key)
    }

    private static func foreign(_ recipient: MailAddress, to domains: [DomainName]) -> String {
        "`\(recipient)` is in none of the relayed domains, \(quoted(domains.map(\.description)))"
    }
}

extension RecipientSources.PostfixAdmin {
    fileprivate init?(_ parameters: inout Parameters) {
        let database = parameters.choice("database", of: Database.self)
        let name = parameters.optionalString("name") ?? "postfix"
        let prefix = parameters.optionalString("prefix") ?? ""
        let credentials = parameters.optionalString("credentials")
        for (key, text) in [("name", name), ("prefix", prefix)] where text.wholeMatch(of: /[A-Za-z0-9_]*/) == nil {
            parameters.wrong(key, "`\(key)` is `\(text)`; letters, digits and `_` are wanted")
        }
        if name.isEmpty { parameters.wrong("name", "`name` is empty; the database's name is wanted") }
        if let credentials, credentials.wholeMatch(of: /\/[^\s\0]+/) == nil {
            parameters.wrong(
                "credentials", "`credentials` is `\(credentials)`; the absolute path of a file on the primary is wanted"
            )
        }
        self.init(database: database, name: name, credentials: credentials, prefix: prefix)
    }
}
