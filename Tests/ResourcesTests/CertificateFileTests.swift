import Foundation
import RemoteShell
import TestSupport
import Testing

@testable import ConfigurationFiles
@testable import Resources

/// Uses the real openssl(1) in a folder of this machine.
@Suite struct `A certificate file` {
    private let scratch = ScratchFolder()
    private var path: String { scratch.path + "/tls/o'chain $(reboot).pem" }

    private func ask(_ script: Script) async throws -> CommandResult {
        try #require(await CommandBatch.ask(["set -eu\n\(script)"], through: ProcessShell.local).first)
    }

    private func found(_ certificate: Certificate) async throws -> Certificate.Found? {
        let asked: Script = "set +e\n\(certificate.probe)"
        return try certificate.observation(from: await ask(asked))
    }

    private func mend(_ certificate: Certificate) async throws {
        let answer = try await ask(certificate.repair(for: found(certificate)))
        #expect(answer == CommandResult(exit: 0))
    }

    private func selfSigned(for hostname: String) throws -> Certificate {
        try .read("{path: \"\(path)\", hostname: \(hostname)}")
    }

    /// A key and certificate as an authority delivers them.
    private func given(for hostname: String, days: Int = 90) async throws -> Certificate {
        let made = try await ask(
            """
            openssl req -x509 -newkey rsa:2048 -nodes -days \(days) -subj \("/CN=" + hostname) \
                -addext \("subjectAltName=DNS:" + hostname) \
                -keyout \(scratch.path + "/privkey.pem") -out \(scratch.path + "/fullchain.pem")
            """)
        try #require(made.exit == 0, "\(made.errorText)")
        let files = "{key: \(scratch.path)/privkey.pem, chain: \(scratch.path)/fullchain.pem}"
        return try .read("{path: \"\(path)\", hostname: \(hostname), files: \(files)}")
    }

    @Test(arguments: ["mx2.example.net", String(repeating: "long.", count: 20) + "example.net"])
    func `is created for a name of any length, readable only by root`(_ hostname: String) async throws {
        let certificate = try selfSigned(for: hostname)
        #expect(try await found(certificate) == nil)
        try await mend(certificate)
        let made = try #require(try await found(certificate))
        #expect(made.faults == [] && made.isGiven && made.access.mode == "600")
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path + "/tls").count == 1)
    }

    @Test func `must be the configured one, even if another one is valid`() async throws {
        let certificate = try await given(for: "mx2.example.net")
        try await mend(selfSigned(for: "mx2.example.net"))
        let other = try #require(try await found(certificate))
        #expect(other.faults == [] && !other.isGiven)
        #expect(
            certificate.changes(from: other).contains(
                Change("certificate", from: "another certificate", to: "the configured certificate")))
        try await mend(certificate)
        let mended = try #require(try await found(certificate))
        #expect(mended.faults == [] && mended.isGiven)
    }

    @Test func `is accepted if it is configured, even if it expires soon`() async throws {
        let certificate = try await given(for: "mx2.example.net", days: 2)
        try await mend(certificate)
        #expect(try await found(certificate)?.faults == [])
        #expect(try await found(selfSigned(for: "mx2.example.net"))?.faults == ["expires within two weeks"])
    }

    @Test func `is not replaced before it expires if an authority has signed it`() async throws {
        let certificate = try selfSigned(for: "mx2.example.net")
        func issue(_ days: String) async throws {
            let made = try await ask(
                """
                cd \(scratch.path)
                openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=ca -keyout ca.key -out ca.pem
                openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=x -keyout key -out csr
                echo subjectAltName=DNS:mx2.example.net >ext
                openssl x509 -req -in csr -CA ca.pem -CAkey ca.key -CAcreateserial -days \(days) -extfile ext -out leaf
                mkdir -p tls
                cat key leaf >\(path)
                chmod 600 \(path)
                """)
            try #require(made.exit == 0, "\(made.errorText)")
        }
        try await issue("2")
        #expect(try await found(certificate)?.faults == [])
        try await issue("-1")
        #expect(try await found(certificate)?.faults == ["expires within two weeks"])
    }

    @Test func `is not replaced by one that does not match its key`() async throws {
        let certificate = try await given(for: "mx2.example.net")
        try await mend(certificate)
        let other = try await ask(
            "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out \(scratch.path + "/privkey.pem")")
        try #require(other.exit == 0)
        let files = "{key: \(scratch.path)/privkey.pem, chain: \(scratch.path)/fullchain.pem}"
        let unpaired = try Certificate.read("{path: \"\(path)\", hostname: mx2.example.net, files: \(files)}")
        let answer = try await ask(unpaired.repair(for: found(unpaired)))
        #expect(
            answer.exit == 1 && answer.errorText == "the configured certificate does not match the configured key\n")
        #expect(try await found(certificate)?.isGiven == true)
    }

    @Test func `never shows the configured key`() async throws {
        let certificate = try await given(for: "mx2.example.net")
        let key = try String(contentsOfFile: scratch.path + "/privkey.pem", encoding: .utf8).split(separator: "\n")[1]
        for script in [certificate.probe, certificate.repair(for: nil)] {
            #expect(!script.description.contains(key) && script.description.contains("•••"))
        }
        #expect(!"\(certificate)".contains(key))
    }

    @Test func `that is configured and invalid is reported with the reason`() async throws {
        let certificate = try await given(for: "other.example")
        let files = "{key: \(scratch.path)/privkey.pem, chain: \(scratch.path)/fullchain.pem}"
        try await mend(certificate)
        let wanted = try Certificate.read("{path: \"\(path)\", hostname: mx2.example.net, files: \(files)}")
        #expect(try await found(wanted)?.faults == ["issued for another name"])
    }

    @Test func `requires PEM files`() async throws {
        _ = try await given(for: "mx2.example.net")
        let files = "{key: \(scratch.path)/fullchain.pem, chain: \(scratch.path)/none}"
        #expect(
            try Certificate.mistakes(in: "{path: /a, hostname: a.net, files: \(files)}") == [
                "`key`: `\(scratch.path)/fullchain.pem` is not a PEM file with a private key",
                "`chain`: `\(scratch.path)/none` is not a PEM file with a certificate",
            ])
    }
}
