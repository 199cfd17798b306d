import Foundation
import ProxmoxAPI
import RemoteShell
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Diagnostics
@testable import Engine
@testable import Resources
@testable import Sites

@Suite struct `A packed mail queue` {
    private let scratch = ScratchFolder()

    /// Creates the files of a queue; a test may change them.
    private static let queue: Script = """
        mkdir -p incoming active deferred/4 hold maildrop defer/4 bounce trace
        for f in incoming/a active/b deferred/4/4c hold/d maildrop/e incoming/12345.678; do echo x >$f; done
        echo why >defer/4/4c; echo why >bounce/b; echo 1a2b-3c >mxprovision-queue
        """

    private func pack(
        _ change: Script = "true", with tar: Script = "tar -czf \"$archive\" mxprovision-queue *"
    ) async throws -> QueueArchive {
        let path = scratch.path + "/it's a queue.tar.gz"
        let answer = try await ProcessShell.local.run(
            """
            set -e; archive=\(path); mkdir \(scratch.path + "/packed"); cd \(scratch.path + "/packed")
            \(Self.queue)
            \(change)
            \(tar)
            """)
        try #require(answer.exit == 0, "\(answer.errorText)")
        return QueueArchive(path: path)
    }

    /// The command with which a guest packs it: the id first.
    private static let asGuest: Script = """
        tar -czf "$archive" mxprovision-queue incoming active deferred hold maildrop defer bounce trace
        """

    @Test func `counts messages and no other files`() async throws {
        let archive = try await pack(with: Self.asGuest)
        #expect(try await archive.content() == .init(id: "1a2b-3c", messages: 6))
    }

    @Test func `counts the messages that Postfix has set aside`() async throws {
        let archive = try await pack(
            "mkdir corrupt saved; echo x >corrupt/a; echo x >saved/b",
            with: "tar -czf \"$archive\" mxprovision-queue incoming corrupt saved")
        #expect(try await archive.content().messages == 4)
    }

    @Test func `of any size is read to its end`() async throws {
        let archive = try await pack("head -c 3000000 /dev/urandom >deferred/4/big", with: Self.asGuest)
        #expect(try await archive.content().messages == 7)
    }

    /// Files that are not a packed queue: how each is created, and the expected error.
    private static let malformed: [(change: Script, tar: Script, reason: String)] = [
        ("ln -s /etc/passwd deferred/link", asGuest, "`deferred/link` is neither a file nor a folder"),
        ("ln incoming/a deferred/hard", asGuest, "`deferred/hard` is neither a file nor a folder"),
        ("mkfifo maildrop/pipe", asGuest, "`maildrop/pipe` is neither a file nor a folder"),
        ("true", "tar -czPf \"$archive\" mxprovision-queue \"$PWD/incoming\"", "is not part of a mail queue"),
        ("true", "tar -czPf \"$archive\" mxprovision-queue incoming/../hold", "is not part of a mail queue"),
        ("true", "tar -czf \"$archive\" ./mxprovision-queue ./incoming", "`./mxprovision-queue` is not part"),
        (
            "mkdir flush; echo x >flush/a", "tar -czf \"$archive\" mxprovision-queue flush",
            "`flush/` is not part"
        ),
        ("mkdir etc; echo x >etc/cron", "tar -czf \"$archive\" mxprovision-queue etc", "`etc/` is not part"),
        ("rm -r incoming; echo x >incoming", asGuest, "`incoming` is not part of a mail queue"),
        ("echo x >'hold/a b'", asGuest, "`hold/a b` is not part of a mail queue"),
        ("echo x >hold/.hidden", asGuest, "`hold/.hidden` is not part of a mail queue"),
        ("echo x >hold/-rf", asGuest, "`hold/-rf` is not part of a mail queue"),
        ("echo x >hold/$(printf '%0120d' 0)", asGuest, "is neither a file nor a folder"),
        ("chmod u+s hold/d", asGuest, "`hold/d` has a wrong size or mode"),
        ("rm mxprovision-queue", "tar -czf \"$archive\" incoming", "it has no id"),
        (": >mxprovision-queue", asGuest, "it has no id"),
        ("echo '../../etc' >mxprovision-queue", asGuest, "it has no id"),
        ("head -c 100 /dev/zero | tr '\\0' a >mxprovision-queue", asGuest, "its id is too long"),
        (
            "true", "tar -cf q mxprovision-queue hold/d; tar -rf q hold/d; gzip -c q >\"$archive\"",
            "it contains `hold/d` twice"
        ),
        ("true", "tar -cf q mxprovision-queue hold; head -c 1536 q | gzip >\"$archive\"", "it is truncated"),
        ("true", "tar -cf q mxprovision-queue hold; head -c 600 q | gzip >\"$archive\"", "it is truncated"),
        ("true", "tar -cf \"$archive\" mxprovision-queue hold", "not in gzip format"),
        ("true", ": >\"$archive\"", "unexpected end of file"),
        ("true", "echo hello | gzip >\"$archive\"", "it is truncated"),
        ("true", "seq 1000 | gzip >\"$archive\"", "it is not a tar file, or damaged"),
        (
            "true",
            "tar -cf q mxprovision-queue hold; printf X | dd of=q bs=1 seek=1030 conv=notrunc; gzip -c q >\"$archive\"",
            "it is not a tar file, or damaged"
        ),
    ]

    @Test(arguments: malformed.indices)
    func `that is malformed is rejected on this machine`(_ index: Int) async throws {
        let (change, tar, reason) = Self.malformed[index]
        let archive = try await pack(change, with: tar)
        let error = try await #require(throws: QueueError.self, "\(tar)") { try await archive.content() }
        #expect(error.errorDescription == "\(archive.path) is not a complete mail queue")
        #expect(error.failureReason?.contains(reason) == true, "\(error.failureReason ?? "") for \(change)")
        #expect(error.recoverySuggestion?.contains("`mxprovision up --discard-import`") == true)
    }

    @Test func `that is truncated is rejected`() async throws {
        let archive = try await pack("head -c 300000 /dev/urandom >deferred/a", with: Self.asGuest)
        let whole = try Data(contentsOf: URL(filePath: archive.path))
        try whole.prefix(whole.count / 2).write(to: URL(filePath: archive.path))
        let error = await #expect(throws: QueueError.self) { try await archive.content() }
        #expect(error?.errorDescription == "\(archive.path) is not a complete mail queue")
    }

    @Test func `that is missing is reported, with how to continue without it`() async throws {
        let path = scratch.path + "/none"
        let error = try await #require(throws: QueueError.self) { try await QueueArchive(path: path).content() }
        #expect(error == .missing(path: path))
        #expect(ErrorDescription(error).text.contains("the mail queue \(path) is missing\n→ "))
    }

    @Test func `is kept when its guest is removed`() throws {
        let folder = try StateDirectory(root: scratch.path).folder(of: SiteAddress(inventory: "home", name: "one"))
        let stateStore = try StateStore(in: folder)
        try stateStore.update {
            $0.guest = .init(id: 110, node: "pve", mark: "m")
            $0.needsVerification = true
            $0.archive = .init(path: "/queue.tar.gz", guest: "m")
        }
        try stateStore.forgetGuest()
        var expected = SiteState()
        expected.archive = .init(path: "/queue.tar.gz", guest: "m")
        #expect(stateStore.state == expected)
        #expect(try StateStore(in: folder).state == expected)
    }

    @Test func `is reported with what was lost, which is nothing`() throws {
        let guest = try GuestID(checking: 110)
        #expect(
            ErrorDescription(QueueError.notEmpty(guest: guest, messages: 1)).text
                == "1 message is still queued on guest 110; nothing was destroyed\n→ Bring the primary back and let the "
                + "queue drain (`--drain SECONDS`), or export it: `--export queue.tar.gz`.")
        let aside = ErrorDescription(QueueError.putAside(guest: guest, messages: 2)).text
        #expect(aside.hasPrefix("Postfix has put aside 2 messages on guest 110; nothing was destroyed\n"))
        #expect(aside.contains("\n→ Export them: `--export queue.tar.gz`."))
        #expect(
            ErrorDescription(QueueError.notImported(path: "/q", reason: "tar: no space")).text
                == "cannot import the mail queue of /q into the guest\n  tar: no space\n"
                + "→ The messages are in the file and in no guest. Fix the cause and run the command again.")
    }
}
