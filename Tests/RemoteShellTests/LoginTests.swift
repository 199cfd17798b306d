import Foundation
import Testing

@testable import RemoteShell
@testable import Secrets

/// Actions of a login before, or instead of, our program.
extension `Over ssh` {
    /// Acts as a shell that runs our program after its start file.
    private static func after(_ commands: String) -> String {
        "ForceCommand \(commands); eval \"$SSH_ORIGINAL_COMMAND\""
    }

    @Test(arguments: [
        "echo Welcome; echo oops >&2", "printf 'no line end'; printf 'here neither' >&2",
        "cat /etc/passwd; cat /etc/passwd >&2", "alias ls=false; ls() { :; }; set -u -f", "trap 'echo bye' TERM",
        "IFS=a; export IFS; CDPATH=/etc; export CDPATH",
    ])
    func `a start file that prints or sets something changes no result`(commands: String) async throws {
        var folder = try await ServerFolder()
        folder.options = Self.after(commands)
        try await SSHServer.withShell(in: folder) { shell, server in
            let script: Script = "echo out; cat; echo err >&2; exit 7"
            let answer = CommandResult(exit: 7, output: Data("out\n".utf8), errors: Data("err\n".utf8))
            #expect(try await shell.run(script) == answer)
            let copy = server.folder.path("copy")
            #expect(try await shell.receive(script, into: copy) == CommandResult(exit: 7, errors: answer.errors))
            #expect(try String(contentsOfFile: copy, encoding: .utf8) == "out\n")
            let target = server.folder.path("target")
            #expect(try await shell.send(copy, to: "cat >\(target)") == CommandResult(exit: 0))
            #expect(try String(contentsOfFile: target, encoding: .utf8) == "out\n")
            let greeting = try await shell.withStream(toPort: server.port) { try await $0.read() }
            #expect(greeting?.starts(with: Data("SSH-2.0-".utf8)) == true)
        }
    }

    @Test(
        arguments: [
            ("/usr/sbin/nologin", 1, "This account is currently not available."), ("true", 0, nil),
            ("echo 'Password change required but no TTY available.' >&2; exit 1", 1, "Password change required"),
            ("exec bash -s", 97, nil), ("exec bash --login", 97, nil), ("exec dash", 97, nil), ("exec sh -i", 97, nil),
            ("echo only backups; exit 3", 3, "only backups"), ("exec cat", 0, nil), ("exec tail -n 2", 0, nil),
            ("exec /nonexistent/zsh", 127, "/nonexistent/zsh"),
        ] as [(String, Int, String?)])
    func `a host that runs another program is reported, and does not run our script`(
        command: String, exit: Int, printed: String?
    ) async throws {
        var folder = try await ServerFolder()
        folder.options = "ForceCommand \(command)"
        try await SSHServer.withShell(in: folder) { shell, server in
            let trace = server.folder.path("trace")
            let secret = "secret-word"
            let error = await #expect(throws: ShellError.self) {
                try await shell.run("touch \(trace)\necho \(Secret(secret))\n: \(Secret(secret))")
            }
            guard case .noScript("127.0.0.1", exit, let reason) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(printed.map(reason.contains) ?? true, "\(reason)")
            #expect(!reason.contains(secret), "\(reason)")
            #expect(error?.recoverySuggestion?.contains("ForceCommand") == true)
            #expect(error?.recoverySuggestion?.contains("Run the command again") == false)
            try "touch \(trace)".write(toFile: server.folder.path("file"), atomically: true, encoding: .utf8)
            await #expect(throws: ShellError.self) { try await shell.send(server.folder.path("file"), to: "cat") }
            // A program that waits for more input is ended by the limit.
            var brief = Timeouts()
            brief.change = .seconds(5)
            await #expect(throws: ShellError.self) {
                try await Timeouts.with(brief) {
                    try await shell.withStream(toPort: server.port) {
                        try await $0.write(Data("touch \(trace)\n".utf8))
                        guard try await $0.read() != nil else { throw RemoteStream.Ended() }
                    }
                }
            }
            #expect(!FileManager.default.fileExists(atPath: trace))
        }
    }

    @Test func `a failed login is reported with ssh's own message`() async throws {
        func failure(_ options: String, _ change: (inout SSHDestination, ServerFolder) throws -> Void) async throws
            -> ShellError?
        {
            var folder = try await ServerFolder()
            folder.options = options
            var seen: ShellError?
            try await SSHServer.withServer(in: folder) { server in
                var destination = try server.destination()
                try change(&destination, folder)
                let shell = try SSHShell(destination)
                seen = await #expect(throws: ShellError.self) { try await shell.run("true") }
                await shell.close()
            }
            return seen
        }
        func isDenied(_ error: ShellError?, _ words: String) -> Bool {
            if case .denied(_, let reason)? = error { reason.contains(words) } else { false }
        }
        let many = try await failure("MaxAuthTries 1") { destination, folder in
            try folder.write("IdentityFile \(folder.path("identity"))\n", to: "ssh_config")
            destination.identity = folder.path("host_key")
        }
        #expect(isDenied(many, "Too many authentication failures"), "\(String(describing: many))")
        let open = try await failure("") { destination, folder in
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder.path("identity"))
        }
        #expect(isDenied(open, "bad permissions"), "\(String(describing: open))")
        let missing = try await failure("") { destination, folder in destination.identity = "/nonexistent" }
        #expect(isDenied(missing, "Permission denied"), "\(String(describing: missing))")
        let algorithm = try await failure("KexAlgorithms ecdh-sha2-nistp521") { _, folder in
            try folder.write("KexAlgorithms curve25519-sha256\n", to: "ssh_config")
        }
        guard case .noCommonAlgorithm(_, let offer)? = algorithm, offer.contains("ecdh-sha2-nistp521") else {
            Issue.record("\(String(describing: algorithm))")
            return
        }
        let full = try await failure("MaxSessions 0") { _, _ in }
        guard case .failed(_, let refusal)? = full, refusal.contains("refused") || refusal.contains("open failed")
        else {
            Issue.record("\(String(describing: full))")
            return
        }
    }

    /// `env -i` and the rest of ``SSHSession`` in the guest, through sudo and through `pct`.
    @Test(arguments: ["root", "sudo", "pct"]) func `a script does not depend on the login's environment`(way: String)
        async throws
    {
        var folder = try await ServerFolder()
        folder.options = """
            SetEnv PATH=\(folder.path("bin")) LANG=tr_TR.UTF-8 LC_ALL=de_DE.UTF-8 CDPATH=/etc GREP_OPTIONS=-v \
            POSIXLY_CORRECT=1 TMPDIR=/nowhere BASH_ENV=/nowhere ENV=/nowhere IFS=/ SHELLOPTS=noexec \
            HTTPS_PROXY=http://proxy:3128 http_proxy="http://a b" LD_LIBRARY_PATH=/nowhere PS4=x TERM=dumb
            ForceCommand umask 077; cd \(folder.path("closed")); CDPATH=/; eval "$SSH_ORIGINAL_COMMAND"
            """
        try FileManager.default.createDirectory(
            atPath: folder.path("closed"), withIntermediateDirectories: false, attributes: [.posixPermissions: 0o111])
        try folder.write("#!/bin/sh\nshift 3\nexec \"$@\"\n", to: "bin/pct", mode: 0o755)
        try await SSHServer.withServer(account: way == "sudo" ? .stranger(maySudo: true) : .current, in: folder) {
            server in
            let shell = try SSHShell(try server.destination(), into: way == "pct" ? 110 : nil)
            let script: Script = """
                env | cut -d = -f 1 | sort | tr '\\n' ' '; echo
                umask; pwd; echo "$LC_ALL $http_proxy $HTTPS_PROXY"
                printf 'a b\\n' | { read -r x y; echo "$y"; }
                rm "$(mktemp)" && cd tmp && pwd; printf 'x\\ny\\n' | grep x; command -v sed >/dev/null && echo found
                """
            let expected =
                "HOME HTTPS_PROXY LC_ALL PATH PWD http_proxy \n0022\n/\nC http://a b http://proxy:3128\nb\n/tmp\nx\nfound\n"
            let answer = try await shell.run(script)
            #expect(answer.text == expected && answer.errorText == "", "\(answer.errorText)")
            let copy = server.folder.path("copy")
            #expect(try await shell.receive(script, into: copy).exit == 0)
            #expect(try String(contentsOfFile: copy, encoding: .utf8) == expected)
            let sent = try await shell.send(copy, to: "{ umask; pwd; env | grep -c nowhere; } >&2")
            #expect(sent.errorText == "0022\n/\n0\n")
            await shell.close()
        }
    }
}
