import Foundation
import RemoteShell
import TestSupport
import Testing

/// A MariaDB or PostgreSQL server with a database `post-fix`. It stops at the end of the test.
///
/// `.ci/install-dependencies` installs the servers. If one is missing, the test fails.
final class TestDatabase: Sendable {
    private let scratch = ScratchFolder()
    /// The file whose first line is the server's process id, and the signal that ends it without waiting for clients.
    private let process: (file: String, stop: Int32)
    /// The path of a credentials file in the database's own format, for `list-recipients`.
    var credentials: String { scratch.path + "/credentials" }
    private let client: Script

    init(_ kind: String) async throws {
        let folder = scratch.path
        let start: Script
        if kind == "mariadb" {
            (start, client, process) = (
                Self.startMariaDB(folder),
                "mariadb --no-defaults --user=root --socket=\(folder + "/s") --default-character-set=utf8mb4",
                (folder + "/pid", SIGTERM)
            )
        } else {
            (start, client, process) = (
                Self.startPostgreSQL(folder),
                "psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --host=\(folder) --username=root",
                (folder + "/data/postmaster.pid", SIGINT)
            )
        }
        let started = try await ProcessShell.local.run(start)
        try #require(
            started.exit == 0, "\(kind) does not start (.ci/install-dependencies installs it): \(started.errorText)")
        let create: Script =
            kind == "mariadb" ? "-e 'CREATE DATABASE `post-fix`'" : "-c 'CREATE DATABASE \"post-fix\"' postgres"
        try await ran("\(client) \(create)")
        let file =
            kind == "mariadb"
            ? "[client]\nuser=root\nsocket=\(folder)/s\n"
            : "[mxprovision]\nhost=\(folder)\nuser=root\ndbname=post-fix\n"
        try file.write(toFile: credentials, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: credentials)
    }

    /// Waits until the server accepts connections or has ended.
    private static func await(_ ping: Script, _ log: String) -> Script {
        """
        end=$(($(date +%s) + 50))
        until \(ping) >/dev/null 2>&1; do
            kill -0 "$server" 2>/dev/null && [ "$(date +%s)" -lt "$end" ] || { tail -n 5 \(log) >&2; exit 1; }
            sleep 0.1
        done
        """
    }

    /// Starts without system tables, so every user has all privileges, over a socket in the folder.
    private static func startMariaDB(_ folder: String) -> Script {
        """
        PATH=$PATH:/usr/sbin
        mkdir \(folder + "/data")
        mariadbd --no-defaults --user="$(id -un)" --datadir=\(folder + "/data") --socket=\(folder + "/s") \
            --pid-file=\(folder + "/pid") --skip-networking --skip-grant-tables --innodb-buffer-pool-size=8M \
            --innodb-log-file-size=4M >\(folder + "/log") 2>&1 </dev/null &
        server=$!
        \(Self.await("mariadb --no-defaults --socket=\(folder + "/s") -e 'SELECT 1'", folder + "/log"))
        """
    }

    /// PostgreSQL refuses to run as root.
    private static func startPostgreSQL(_ folder: String) -> Script {
        """
        for bin in /usr/lib/postgresql/*/bin; do PATH=$bin:$PATH; done
        as=
        if [ "$(id -u)" = 0 ]; then
            as='setpriv --reuid=65534 --regid=65534 --clear-groups'
            chown 65534:65534 \(folder)
        fi
        cd \(folder)
        $as initdb --pgdata=data --auth=trust --username=root --encoding=UTF8 --locale=C.UTF-8 --no-sync >log 2>&1 ||
            { tail -n 5 log >&2; exit 1; }
        $as postgres -D data -k "$PWD" -c listen_addresses= -c fsync=off -c shared_buffers=1MB >log 2>&1 </dev/null &
        server=$!
        \(Self.await("psql --no-psqlrc --host=\(folder) --username=root -c 'SELECT 1' postgres", folder + "/log"))
        """
    }

    private func ran(_ script: Script) async throws {
        let done = try await ProcessShell.local.run(script)
        try #require(done.exit == 0, "\(done.errorText)")
    }

    /// Runs statements in the database.
    func run(_ statements: String) async throws {
        let file = scratch.path + "/statements"
        try statements.write(toFile: file, atomically: true, encoding: .utf8)
        try await ran("\(client) post-fix <\(file)")
    }

    deinit {
        let lines = try? String(contentsOfFile: process.file, encoding: .utf8).split(separator: "\n")
        if let id = lines?.first.flatMap({ pid_t($0) }) { kill(id, process.stop) }
    }
}
