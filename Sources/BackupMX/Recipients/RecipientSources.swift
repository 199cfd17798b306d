import Alerts
public import ConfigurationFiles
import Diagnostics
import Engine
import Sites
import Yams

/// The sources of recipients in addition to those on this machine, and the policy for unknown recipients.
public struct RecipientSources: Sendable, Hashable {
    /// The reply to senders for an address that is in no list.
    public enum Policy: String, Sendable, Hashable, CaseIterable {
        /// Reply 550, a permanent rejection, or 450 while a pulled list is stale.
        case reject
        /// Always reply 450, for lists that may be incomplete.
        case `defer`
        /// Reply with the primary's result for the address, or 450 while the primary cannot be reached.
        case verify
    }

    /// PostfixAdmin's tables `mailbox`, `alias`, `alias_domain` and `domain`, read on the primary.
    public struct PostfixAdmin: Sendable, Hashable {
        public enum Database: String, Sendable, Hashable, CaseIterable { case postgresql, mariadb }

        public var database: Database
        /// The database's name.
        public var name: String
        /// The path of a credentials file on the primary, in the database's own format; nil to use the account over the
        /// local socket.
        public var credentials: String?
        /// The prefix of each table's name (`$CONF['database_prefix']`).
        public var prefix: String
    }

    public var policy = Policy.reject
    /// The domains for which the guests have a catch-all too.
    public var catchAll: [DomainName] = []
    /// Whether some of the addresses on this machine come from a file.
    public var hasFile = false
    /// The records of that file that are left out.
    public var leftOut = LeftOutRecords()
    /// Maximum percentage of records of a file, a program or a database that may be left out.
    public var maxLeftOut = 10
    public var postfixAdmin: PostfixAdmin?
    /// A program on the primary that prints one address on each line, and its arguments.
    public var command: [String] = []
    /// Interval between two pulls, in minutes.
    public var every = 15
    /// Age in hours after which a pulled list is stale.
    public var stale = 24

    /// Whether the guests pull recipients from the primary.
    public var isPulled: Bool { postfixAdmin != nil || !command.isEmpty }
}

extension Parameters {
    /// Reads the addresses in the inventory and its files, and the sources of further ones.
    mutating func recipients(in domains: [DomainName]) -> (listed: [MailAddress], sources: RecipientSources) {
        guard entry("recipients")?.value.mapping != nil else {
            return (addresses("recipients", in: domains), RecipientSources())
        }
        return section("recipients") { $0.recipientSources(in: domains) } ?? ([], RecipientSources())
    }

    private mutating func recipientSources(in domains: [DomainName]) -> ([MailAddress], RecipientSources) {
        var sources = RecipientSources()
        know("list")
        sources.maxLeftOut = integer("max_left_out", in: 0...100, default: sources.maxLeftOut)
        var listed = keys.contains("list") ? addresses("list", in: domains) : []
        if let path = optionalPath("file") {
            sources.hasFile = true
            do throws(Mistakes) {
                let file = try RecipientFile(path: path, domains: domains, maxLeftOut: sources.maxLeftOut)
                let known = Set(listed)
                listed += file.addresses.filter { !known.contains($0) }
                sources.leftOut = file.leftOut
            } catch { mistakes += error.all }
        }
        sources.postfixAdmin = optionalSection("postfixadmin") { RecipientSources.PostfixAdmin(&$0) } ?? nil
        sources.command = words("command")
        if Set(["list", "file", "postfixadmin", "command"]).isDisjoint(with: keys) {
            missing(
                ["list", "file", "postfixadmin", "command"],
                "`recipients` has no source; expected at least one of `list`, `file`, `postfixadmin`, `command`")
        }
        let caught: [DomainName] = optionalValues("catch_all") ?? []
        for domain in caught where !domains.isEmpty && !domains.contains(domain) {
            wrong("catch_all", "`\(domain)` is not a relayed domain; expected \(quoted(domains.map(\.description)))")
        }
        sources.catchAll = caught
        sources.policy = choice("policy", default: .reject)
        for key in ["every", "stale"]
        where keys.contains(key) && !keys.contains("postfixadmin") && !keys.contains("command")
            && isKnown("postfixadmin", "command")
        {
            wrong(
                key,
                "`\(key)` is set, but no recipients are pulled from the primary; remove it, or set `postfixadmin` or `command`"
            )
        }
        sources.every = integer("every", in: 1...1440, default: sources.every)
        sources.stale = integer("stale", in: 1...720, default: sources.stale)
        return (listed, sources)
    }

    /// Reads a program and its arguments. They must be valid in lines of a settings file.
    mutating func words(_ key: String) -> [String] {
        guard let words = optionalStrings(key) else { return [] }
        if words.first?.isEmpty ?? true { wrong(key, "`\(key)` is empty; expected a program and its arguments") }
        for (item, word) in words.enumerated() where word.contains(where: { $0.isNewline || $0 == "\0" }) {
            wrong(key, item: item, "an argument in `\(key)` contains a line break or a NUL byte; remove it")
        }
        return words
    }

    private mutating func addresses(_ key: String, in domains: [DomainName]) -> [MailAddress] {
        let texts = strings(key)
        if texts.isEmpty {
            wrong(
                key,
                "`\(key)` is empty; expected at least one recipient, because a backup MX without a list causes backscatter"
            )
        }
        let read = read(texts, of: key, as: MailAddress.self)
        noteRepeated(read, key: key)
        let faults = read.enumerated().compactMap { item, recipient -> (item: Int?, text: String)? in
            recipient.flatMap { $0.fault(in: domains) }.map { (item, $0) }
        }
        wrong(key, items: faults)
        return read.compactMap(\.self)
    }
}

extension RecipientSources.PostfixAdmin {
    fileprivate init?(_ parameters: inout Parameters) {
        let database = parameters.choice("database", of: Database.self)
        let name = parameters.optionalString("name") ?? "postfix"
        let prefix = parameters.optionalString("prefix") ?? ""
        let credentials = parameters.optionalString("credentials")
        for (key, text) in [("name", name), ("prefix", prefix)] where text.wholeMatch(of: /[A-Za-z0-9_]*/) == nil {
            // A database's name is never part of an SQL statement, so more characters are allowed.
            if key == "name", text.wholeMatch(of: /[A-Za-z0-9_.$-]+/) != nil { continue }
            parameters.wrong(
                key,
                "`\(key)` is `\(text)`; expected letters, digits and \(key == "name" ? "`_`, `-`, `.`, `$`" : "`_`")")
        }
        if name.isEmpty { parameters.wrong("name", "`name` is empty; expected the name of the database") }
        if let credentials, credentials.wholeMatch(of: /\/[^\s\0]+/) == nil {
            parameters.wrong(
                "credentials", "`credentials` is `\(credentials)`; expected the absolute path of a file on the primary"
            )
        }
        self.init(database: database, name: name, credentials: credentials, prefix: prefix)
    }
}
