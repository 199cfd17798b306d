import Foundation
import RemoteShell
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import Engine
@testable import Resources
@testable import Sites

@Suite struct `A guest's operating system` {
    @Test(
        arguments: [
            ("PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nVERSION_ID=\"12\"\nID=debian\n", "debian 12"),
            ("ID=debian\nVERSION_ID=\"13\"\nPRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"", "debian 13"),
            ("ID='ubuntu'\nVERSION_ID='24.04'\nID_LIKE=debian\n", "ubuntu 24.04"),
            // Debian testing has no version number.
            ("PRETTY_NAME=\"Debian GNU/Linux forky/sid\"\nID=debian\n", "debian"),
            ("", ""), ("garbage\n\u{0}\n", ""), ("# ID=debian\nNAME=x\n", ""),
        ])
    func `is read from os-release with shell builtins`(_ text: String, _ release: String) async throws {
        let scratch = ScratchFolder()
        let file = scratch.path + "/os-release"
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        #expect(
            GuestSystem(try await ProcessShell.local.run(GuestSystem.probe([scratch.path + "/nothing", file]))).release
                == release)
    }

    @Test func `is unknown without a reply or without the file`() async throws {
        for system in [
            GuestSystem(nil), GuestSystem(try await ProcessShell.local.run(GuestSystem.probe(["/", "/nonexistent"]))),
        ] {
            #expect(system.release.isEmpty)
            #expect(system.name == "an unknown system")
        }
    }
}
