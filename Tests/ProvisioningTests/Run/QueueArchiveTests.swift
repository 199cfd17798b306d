import Foundation
import ProxmoxAPI
import RemoteShell
import Testing

@testable import Provisioning

@Suite struct `A packed mail queue` {
    private let scratch = ScratchFolder()

    private func pack(_ script: Script) async throws -> QueueArchive {
        let path = scratch.path + "/it's a queue.tar.gz"
        let answer = try await ProcessShell.local.run("set -e; cd \(scratch.path)\n\(script)\ntar -czf \(path) *")
        try #require(answer.exit == 0, "\(answer.errorText)")
        return QueueArchive(path: path)
    }

    @Test func `counts messages, and nothing else that lies there`() async throws {
        let archive = try await pack(
            """
            mkdir -p incoming active deferred/4 hold maildrop defer/4 bounce trace
            for f in incoming/a active/b deferred/4/4c hold/d maildrop/e; do echo x >$f; done
            echo why >defer/4/4c; echo why >bounce/b; echo id >mxprovision-queue
            """)
        #expect(try await archive.messages() == 5)
    }

    @Test func `that was cut off is none`() async throws {
        let archive = try await pack("mkdir deferred; head -c 300000 /dev/urandom >deferred/a")
        let whole = try Data(contentsOf: URL(filePath: archive.path))
        try whole.prefix(whole.count / 2).write(to: URL(filePath: archive.path))
        let error = await #expect(throws: QueueError.self) { try await archive.messages() }
        #expect(error?.errorDescription == "\(archive.path) is no whole mail queue")
    }

    @Test func `that is not there is none`() async {
        await #expect(throws: QueueError.self) { try await QueueArchive(path: scratch.path + "/none").messages() }
    }

    @Test func `is not forgotten with its guest`() throws {
        let folder = try StateDirectory(root: scratch.path).folder(of: SiteAddress(inventory: "home", name: "one"))
        let ledger = try Ledger(in: folder)
        try ledger.update {
            $0.guest = .init(id: 110, node: "pve", mark: "m")
            $0.owesVerification = true
            $0.archive = .init(path: "/queue.tar.gz", guest: "m")
        }
        try ledger.forgetGuest()
        var expected = SiteState()
        expected.archive = .init(path: "/queue.tar.gz", guest: "m")
        #expect(ledger.state == expected)
        #expect(try Ledger(in: folder).state == expected)
    }

    @Test func `is told with what was lost, which is nothing`() throws {
        let guest = try GuestID(checking: 110)
        #expect(
            Complaint(QueueError.notEmpty(guest: guest, messages: 1)).text
                == "1 message is still queued on guest 110; nothing was destroyed\n→ Bring the primary back and let the "
                + "queue drain (`--drain SECONDS`), or take it along: `--export queue.tar.gz`.")
        #expect(
            Complaint(QueueError.notImported(path: "/q", reason: "tar: no space")).text
                == "the mail queue of /q could not be put into the guest\n  tar: no space\n"
                + "→ The messages are in the file and in no guest: mend the cause and run the command again.")
    }
}
