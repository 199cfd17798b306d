import Foundation
import TestSupport
import Testing

@testable import Engine
@testable import Resources

/// The lab that these tests run in, with the product's binary.
struct Lab {
    static let isUp = ProcessInfo.processInfo.environment["PVELAB_API"] != nil

    struct Outcome {
        var status: Int32
        var output: String
        /// Whether SIGKILL ended it.
        var isKilled = false
    }

    let folder: String
    /// The inventory's name. Suites that run in parallel have their own, and so do the marks of their guests.
    let inventory: String
    let environment = ProcessInfo.processInfo.environment
    private var sshLog: String { folder + "/ssh.log" }

    /// Writes an inventory with two sites: one from the bare template, one from Proxmox's own.
    init(inventory: String = "labtests") throws {
        self.inventory = inventory
        folder = NSTemporaryDirectory() + "mxprovision-lab-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        func value(_ name: String) throws -> String { try #require(environment["PVELAB_\(name)"]) }
        try """
        name: \(inventory)
        domain: yourdomain.net
        primary: {name: mail.yourdomain.net, address: \(value("PRIMARY_ADDRESS"))}
        recipients: [you@yourdomain.net, admin@yourdomain.net]
        alerts: ops@sender.example
        defaults:
          proxmox:
            address: \(value("NODE_ADDRESS"))
            node: \(value("NODE"))
            fingerprint: "\(value("FINGERPRINT"))"
            token: {id: "\(value("TOKEN_ID"))", file: \(value("TOKEN_FILE"))}
          ssh: {identity: \(value("SSH_KEY")), host_key: \(value("TEMPLATE_HOST_KEY"))}
        sites:
          bare:
            guest:
              vmid: 110
              template: 100
              pool: sites
              hostname: mail-backup.yourdomain.net
              network: {bridge: vmbr0, address: \(value("GUEST_ADDRESS"))/24, gateway: \(value("GUEST_GATEWAY"))}
          shipped:
            guest:
              template: 101
              pool: sites
              hostname: mail-backup-2.yourdomain.net
              network: {bridge: vmbr0, address: 10.2.0.26/24, gateway: \(value("GUEST_GATEWAY"))}
        """.write(toFile: folder + "/lab.yml", atomically: true, encoding: .utf8)
        let counting = folder + "/bin/ssh"
        try FileManager.default.createDirectory(atPath: folder + "/bin", withIntermediateDirectories: true)
        try "#!/bin/sh\necho \"$*\" >> \(sshLog)\nexec /usr/bin/ssh \"$@\"\n"
            .write(toFile: counting, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: counting)
    }

    /// Replaces a text in the inventory.
    func replace(_ pattern: String, by replacement: String) throws {
        let path = folder + "/lab.yml"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let changed = text.replacing(try Regex(pattern), with: replacement)
        try #require(changed != text, "the inventory has no \(pattern)")
        try changed.write(toFile: path, atomically: true, encoding: .utf8)
    }

    /// Returns the command lines of all ssh clients that start while `body` runs.
    func ssh(during body: () throws -> Void) throws -> [String] {
        try Data().write(to: URL(filePath: sshLog))
        try body()
        return try String(contentsOfFile: sshLog, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    /// The options with the product's file paths.
    var files: [String] {
        ["--inventory", folder + "/lab.yml", "--state-dir", folder + "/state", "--queue-dir", folder + "/queues"]
    }

    func mxprovision(_ words: String...) throws -> Outcome { try mxprovision(words) }

    func mxprovision(_ words: [String], with variables: [String] = []) throws -> Outcome {
        try run(
            ".build/debug/mxprovision",
            words + files,
            with: variables
        )
    }

    /// Runs an `up` that requests a certificate.
    ///
    /// In one of several hundred cases, Pebble closes a connection without a response, for an unknown reason. Then the
    /// run must end with 75 and the next one must continue. Pebble's log about it is printed.
    func upIssuing(_ site: String) throws -> Outcome {
        let up = try mxprovision("up", site)
        guard up.status == 75, up.output.contains("Remote end closed connection without response") else { return up }
        print(try run("grep", ["-A12", "panic", world + "/log/acme.log"]).output)
        return try mxprovision("up", site)
    }

    /// Returns the id of a site's guest from the output of `status`.
    func guestID(of site: String) throws -> Int {
        let status = try mxprovision("status", site, "--json")
        let line = try #require(status.output.split(separator: "\n").last)
        struct Status: Decodable { struct Guest: Decodable { var id: Int }; var guest: Guest? }
        return try #require(try JSONDecoder().decode(Status.self, from: Data(line.utf8)).guest).id
    }

    /// The folder of the lab that the tests run in.
    var world: String {
        get throws {
            URL(filePath: try #require(environment["PVELAB_TOKEN_FILE"])).deletingLastPathComponent().path
        }
    }

    /// Runs the lab's own command for this lab.
    @discardableResult
    func pvelab(_ words: String...) throws -> Outcome {
        let outcome = try run(".build/debug/pvelab", words + ["--dir", world])
        try #require(outcome.status == 0, "\(outcome.output)")
        return outcome
    }

    /// One of the lines that `--json` prints.
    struct Event: Decodable {
        struct Change: Decodable { var subject: String }
        var event: String
        var step: String?
        var text: String?
        var changes: [Change]?
    }

    func events(in output: String) throws -> [Event] {
        try output.split(separator: "\n").filter { $0.hasPrefix("{") }
            .map { try JSONDecoder().decode(Event.self, from: Data($0.utf8)) }
    }

    /// Runs a command in a guest over ssh with the product's known host keys.
    func guest(_ site: String, _ id: Int, at address: String, _ command: String) throws -> Outcome {
        try run(
            "ssh",
            [
                "-o", "BatchMode=yes", "-o", "UserKnownHostsFile=\(folder)/state/\(inventory)/\(site)/known_hosts",
                "-o", "HostKeyAlias=\(site)-\(id)", "-o", "StrictHostKeyChecking=yes",
                "-i", environment["PVELAB_SSH_KEY"] ?? "", "root@\(address)", command,
            ]
        )
    }

    /// Runs a command as root on the Proxmox node.
    func node(_ command: String) throws -> Outcome { try run("ssh", try nodeArguments(command)) }

    func nodeArguments(_ command: String) throws -> [String] {
        let known = folder + "/node_known_hosts"
        let (address, key) = (environment["PVELAB_NODE_ADDRESS"] ?? "", environment["PVELAB_NODE_HOST_KEY"] ?? "")
        try "\(address) \(key)\n".write(toFile: known, atomically: true, encoding: .utf8)
        return [
            "-o", "BatchMode=yes", "-o", "UserKnownHostsFile=\(known)", "-o", "LogLevel=ERROR",
            "-i", environment["PVELAB_SSH_KEY"] ?? "", "root@\(address)", command,
        ]
    }

    /// Returns whether a client on the internet gets a greeting within three seconds.
    ///
    /// timeout(1) does not work here, because programs started by the tests have their signals blocked.
    func isOpen(_ port: Int, at address: String) throws -> Bool {
        try run("swaks", ["--server", "\(address):\(port)", "--timeout", "3", "--quit-after", "CONNECT"]).status == 0
    }

    /// Waits until a condition holds. Returns false after ten minutes: beside the other suites, a clone alone may take
    /// minutes.
    func eventually(_ condition: () throws -> Bool) throws -> Bool {
        let end = ContinuousClock.now + .seconds(600)
        while try !condition() {
            guard ContinuousClock.now < end else { return false }
            usleep(200_000)
        }
        return true
    }

    /// Gives the inventory's sites the key that changes the lab's zone.
    func updateZone() throws {
        func value(_ name: String) throws -> String { try #require(environment["PVELAB_\(name)"]) }
        try replace(
            "\nsites:\n",
            by: """

                dns:
                  ttl: 5
                  update:
                    server: \(value("NAMESERVER"))
                    key: {name: \(value("TSIG_NAME")), file: \(value("TSIG_FILE"))}
                sites:

                """)
    }

    /// Returns all records of the lab's zone except its SOA, whose serial number increases, and the records of a guest
    /// that gets a certificate at the same time.
    func zone() throws -> [String] {
        let transfer = try run("dig", ["+onesoa", "+noall", "+answer", "yourdomain.net", "AXFR"])
        let records = transfer.output.split(separator: "\n").map(String.init)
            .filter { !$0.contains("\tSOA\t") && !$0.hasPrefix("_acme-challenge.\(ResourceGuest.hostname).") }
        try #require(records.count > 5, "\(transfer.output)")
        return records.sorted()
    }

    func zone(isStill expected: [String], sourceLocation: SourceLocation = #_sourceLocation) throws {
        let difference = try zone().difference(from: expected)
        #expect(difference.isEmpty, "\(difference)", sourceLocation: sourceLocation)
    }

    /// Returns the reply to RCPT that a client on the internet gets.
    func answer(at address: String, to recipient: String) throws -> String {
        try run(
            "swaks",
            [
                "--server", address, "--helo", "client.sender.example", "--from", "alice@sender.example",
                "--to", recipient, "--quit-after", "RCPT",
            ]
        ).output
    }

    /// Runs a program and returns its outcome. If the program prints JSON lines, compares them with their schema.
    ///
    /// - Parameter variables: Variables of the program's environment, each `NAME=value`.
    func run(_ program: String, _ arguments: [String], with variables: [String] = []) throws -> Outcome {
        let command = [program] + arguments
        let isJSON = command.contains(".build/debug/mxprovision") && command.contains("--json")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["PATH=\(folder)/bin:\(environment["PATH"] ?? "")"] + variables + command
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        let messages = URL(filePath: "\(folder)/messages-\(UUID().uuidString)")
        defer { if isJSON { try? FileManager.default.removeItem(at: messages) } }
        if isJSON {
            try Data().write(to: messages)
            process.standardError = try FileHandle(forWritingTo: messages)
        }
        process.standardInput = FileHandle.nullDevice
        try process.run()
        var output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let isKilled = process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGKILL
        if isJSON {
            // A killed program may leave an incomplete last line.
            let lines = isKilled ? output.lastIndex(of: "\n").map { String(output[...$0]) } ?? "" : output
            let errors = try EventSchema().blockingErrors(in: lines)
            #expect(errors == "", "\(arguments): \(output)")
            output = try String(contentsOf: messages, encoding: .utf8) + output
        }
        return Outcome(status: process.terminationStatus, output: output, isKilled: isKilled)
    }
}
