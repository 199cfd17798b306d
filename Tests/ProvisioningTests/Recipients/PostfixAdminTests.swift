import Foundation
import RemoteShell
import TestSupport
import Testing

/// The primary's script with PostfixAdmin's tables in a real database. Serialized, because each test starts a server.
@Suite(.serialized) struct `The primary's list of recipients from PostfixAdmin` {
    private let scratch = ScratchFolder()

    /// The tables of PostfixAdmin since 3.0, without columns that the exporter does not read.
    private static func tables(flag: String, _ options: (String) -> String) -> String {
        """
        CREATE TABLE pa_domain (domain varchar(190) NOT NULL PRIMARY KEY, active \(flag) NOT NULL) \(options("domain"));
        CREATE TABLE pa_mailbox (username varchar(190) NOT NULL PRIMARY KEY, domain varchar(190) NOT NULL,
            active \(flag) NOT NULL, password_expiry timestamp DEFAULT '2000-01-01 00:00:00') \(options("mailbox"));
        CREATE TABLE pa_alias (address varchar(190) NOT NULL PRIMARY KEY, goto text NOT NULL, domain varchar(190) NOT NULL,
            active \(flag) NOT NULL) \(options("alias"));
        CREATE TABLE pa_alias_domain (alias_domain varchar(190) NOT NULL PRIMARY KEY, target_domain varchar(190) NOT NULL,
            active \(flag) NOT NULL) \(options("alias_domain"));

        """
    }

    private static func rows(on: String, off: String) -> String {
        """
        INSERT INTO pa_domain VALUES ('a.net', \(on)), ('B.net', \(on)), ('off.net', \(off)), ('alias.net', \(on)),
            ('ALL', \(on)), ('elsewhere.net', \(on));
        INSERT INTO pa_mailbox (username, domain, active) VALUES ('ann@a.net', 'a.net', \(on)),
            ('#ann@a.net', 'a.net', \(on)), ('off@a.net', 'a.net', \(off)), ('Fwd@a.net', 'a.net', \(off)),
            ('bea@b.net', 'b.net', \(on)), ('x@off.net', 'off.net', \(on)), ('eve@a.net', 'a.net', \(off)),
            ('x@elsewhere.net', 'elsewhere.net', \(on)), ('two
        mailbox\tevil@a.net\ta.net\t-\t1@a.net', 'a.net', \(on));
        INSERT INTO pa_alias (address, goto, domain, active) VALUES ('ann@a.net', 'ann@a.net', 'a.net', \(on)),
            ('off@a.net', 'off@a.net', 'a.net', \(on)), ('fwd@a.net', 'Fwd@a.net, other@elsewhere.net', 'a.net', \(on)),
            ('list@a.net', 'ann@a.net,bea@b.net', 'a.net', \(on)), ('dead@a.net', 'ann@a.net', 'a.net', \(off)),
            ('éve@a.net', 'éve@a.net', 'a.net', \(on)), ('zoë@a.net', 'ann@a.net', 'a.net', \(on)),
            ('zoe@a.net', 'ann@a.net', 'a.net', \(on)), ('@b.net', 'bea@b.net', 'b.net', \(on)),
            ('empty@a.net', '', 'a.net', \(on)), ('self@a.net', ' self@a.net ,', 'a.net', \(on));
        INSERT INTO pa_alias_domain VALUES ('alias.net', 'a.net', \(on)), ('off.net', 'a.net', \(on));

        """
    }

    private func list(from database: TestDatabase, _ kind: String) async throws -> CommandResult {
        let settings = [
            "version=ab12", "domain=a.net", "domain=b.net", "domain=alias.net", "domain=off.net", "max_left_out=50",
            "database=\(kind)", "name=post-fix", "prefix=pa_", "credentials=\(database.credentials)",
        ]
        try settings.map { $0 + "\n" }.joined()
            .write(toFile: scratch.path + "/settings", atomically: true, encoding: .utf8)
        return try await ProcessShell.local.run(
            "SSH_ORIGINAL_COMMAND='list odd' \(PullFolder.scripts + "/list-recipients") \(scratch.path + "/settings")")
    }

    private func expectWhole(_ answer: CommandResult, _ comment: String) async throws {
        let odd = [
            "#ann@a.net", "#ann@alias.net", #"zo\xC3\xAB@a.net"#, #"zo\xC3\xAB@alias.net"#,
            "two mailbox evil@a.net a.net - 1@a.net", "two mailbox evil@alias.net",
        ]
        let addresses = [
            "ann@a.net", "ann@alias.net", "bea@b.net", "fwd@a.net", "fwd@alias.net", "list@a.net", "list@alias.net",
            "zoe@a.net", "zoe@alias.net",
        ]
        var lines = ["mxprovision-recipients 1 ab12", "source postfixadmin 9", "left-out 6", "catch-all b.net"]
        lines += odd.map { "odd postfixadmin 0 \($0)" }
        lines += addresses.map { "address \($0)" }
        let found = answer.text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("end ") }
        #expect(found.sorted() == lines.sorted(), "\(comment): \(answer.errorText)")
    }

    /// A character set and a collation for each table, as years of upgrades can produce them.
    private static let collations: [[String: String]] = [
        [:],
        [
            "domain": "latin1", "mailbox": "utf8mb4 COLLATE utf8mb4_general_ci",
            "alias": "utf8mb4 COLLATE utf8mb4_unicode_ci",
            "alias_domain": "utf8mb3 COLLATE utf8mb3_bin",
        ],
        [
            "domain": "utf8mb4 COLLATE utf8mb4_bin", "mailbox": "latin1 COLLATE latin1_swedish_ci", "alias": "utf8mb3",
            "alias_domain": "utf8mb4 COLLATE utf8mb4_unicode_520_ci",
        ],
        [
            "domain": "latin2", "mailbox": "utf8mb3 COLLATE utf8mb3_unicode_ci",
            "alias": "latin1 COLLATE latin1_general_cs",
            "alias_domain": "ascii",
        ],
    ]

    @Test func `is the same with each collation and SQL mode of MariaDB`() async throws {
        let database = try await TestDatabase("mariadb")
        for (collations, mode) in zip(Self.collations, ["", "ORACLE", "ANSI_QUOTES,NO_BACKSLASH_ESCAPES", "ANSI"]) {
            // An accent-insensitive collation would not store `zoë` beside `zoe` as keys.
            let tables = Self.tables(flag: "tinyint(1)") { table in
                "DEFAULT CHARSET=" + (collations[table] ?? "utf8mb4")
            }.replacing("address varchar(190) NOT NULL PRIMARY KEY", with: "address varchar(190) NOT NULL")
            try await database.run(
                "SET sql_mode='';\nDROP TABLE IF EXISTS pa_domain, pa_mailbox, pa_alias, pa_alias_domain;\n" + tables
                    + Self.rows(on: "1", off: "0") + "SET GLOBAL sql_mode='\(mode)';\n")
            try await expectWhole(try await list(from: database, "mariadb"), "\(collations) \(mode)")
        }
        try await database.run("DROP TABLE pa_alias;\n")
        let missing = try await list(from: database, "mariadb")
        #expect(missing.exit == 1 && missing.text == "")
        #expect(missing.errorText.contains("pa_alias' doesn't exist"), "\(missing.errorText)")
        #expect(missing.errorText.hasSuffix("pa_alias_domain and pa_domain of post-fix\n"), "\(missing.errorText)")
    }

    @Test func `is the same in PostgreSQL`() async throws {
        let database = try await TestDatabase("postgresql")
        try await database.run(
            Self.tables(flag: "boolean") { _ in "" } + Self.rows(on: "true", off: "false"))
        try await expectWhole(try await list(from: database, "postgresql"), "boolean")
        try await database.run("ALTER TABLE pa_domain DROP COLUMN active;\n")
        let missing = try await list(from: database, "postgresql")
        #expect(missing.exit == 1 && missing.text == "")
        #expect(missing.errorText.contains("column d.active does not exist"), "\(missing.errorText)")
    }
}
