import Foundation
import RemoteShell
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import Engine
@testable import Guests
@testable import Sites

@Suite struct `Known host keys` {
    @Test func `are replaced for one name and kept for the others`() throws {
        let folder = ScratchFolder()
        let known = KnownHosts(path: folder.path + "/known_hosts")
        #expect(try known.keys(of: "secondary") == [])
        try known.pin(["ssh-ed25519 AAAA", "ssh-rsa BBBB"], as: "secondary")
        try known.pin(["ssh-ed25519 CCCC"], as: "tertiary")
        try known.pin(["ssh-ed25519 DDDD"], as: "secondary")
        #expect(try known.keys(of: "secondary") == ["ssh-ed25519 DDDD"])
        #expect(try known.keys(of: "tertiary") == ["ssh-ed25519 CCCC"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["known_hosts"])
        let attributes = try FileManager.default.attributesOfItem(atPath: known.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test func `that cannot be written are an error`() throws {
        let path = "/proc/mxprovision/known_hosts"
        #expect(throws: StateError.unwritable(path: path + ".new", reason: "No such file or directory")) {
            try KnownHosts(path: path).pin(["ssh-ed25519 AAAA"], as: "secondary")
        }
    }
}
