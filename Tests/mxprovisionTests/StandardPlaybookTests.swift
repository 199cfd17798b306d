import Foundation
import StandardPlaybook
import Testing

@testable import Resources
@testable import mxprovision

@Suite struct `The standard playbook` {
    @Test func `is embedded unchanged with all its files`() throws {
        let folder = URL(filePath: #filePath).appending(path: "../../../Playbooks").standardizedFileURL
        let programs = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "files").path)
        #expect(Set(StandardPlaybook.files.keys) == Set(programs.map { "files/\($0)" } + [StandardPlaybook.name]))
        for (name, text) in StandardPlaybook.files {
            #expect(try String(contentsOf: folder.appending(path: name), encoding: .utf8) == text)
        }
    }

    @Test func `is used with its files in a folder that has none`() async throws {
        let mxprovision = try Command()
        defer { mxprovision.remove() }
        try FileManager.default.removeItem(atPath: mxprovision.folder + "/Playbooks")
        let outcome = try await mxprovision(["plan", "--offline", "secondary"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("steps of secondary"))
    }

    @Test func `is replaced by the inventory's playbook, relative to the inventory`() async throws {
        let mxprovision = try Command()
        defer { mxprovision.remove() }
        let path = mxprovision.folder + "/Inventory/three-sites.yml"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try mxprovision.write("playbook: ../own.yml\n" + text, to: "Inventory/three-sites.yml")
        let missing = try await mxprovision(["plan", "--offline"])
        #expect(missing.status == 65 && missing.errors.contains("/own.yml: file not found"))
        try mxprovision.write(
            "name: own\nsteps: [{id: only, hostname: {name: \"{{ hostname }}\"}}]\n", to: "own.yml")
        let own = try await mxprovision(["plan", "--offline"])
        #expect(own.status == 0 && own.output.contains("only"), "\(own.output)\(own.errors)")
    }
}
