import Foundation

@testable import ConfigurationFiles
@testable import Engine

/// A site for torture tests, one for each parallel lane. Its primary never responds, so queued mail stays in the queue.
struct TortureSite {
    /// The playbook's packages that no template of the lab contains. If Proxmox's firewall replaces ufw, the guest is
    /// created in half the time.
    private static let uninstalled = " ufw, iptables,"

    let lab: Lab
    let id: Int
    let address: String
    let hostname: String
    let name: String
    let steps: Steps
    private let watch: PointWatch
    /// A line that only this site's private key contains.
    let keyLine: String
    /// The site's own token, so that faults of its calls affect no other site.
    let tokenID: String
    let secret: String

    var stateFolder: String { "\(lab.folder)/state/\(lab.inventory)/\(name)" }

    var queueFolder: String { "\(lab.folder)/queues/\(lab.inventory)/\(name)" }

    /// Creates a site.
    ///
    /// - Parameters:
    ///   - number: 0 to 9.
    ///   - isFirewalled: Whether Proxmox's firewall protects the guest. Each run that changes it waits 11 s.
    init(_ number: Int, steps: Steps = .lean, isFirewalled: Bool = true) throws {
        self.steps = steps
        lab = try Lab(inventory: "torture")
        watch = try PointWatch(in: lab)
        name = "site-\(number)"
        id = 150 + number
        address = "10.2.0.\(50 + number)"
        hostname = "\(name).yourdomain.net"
        let (key, chain) = (lab.folder + "/key.pem", lab.folder + "/chain.pem")
        let made = try lab.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc", "-days", "30",
                "-subj", "/CN=\(hostname)", "-addext", "subjectAltName=DNS:\(hostname)", "-keyout", key, "-out", chain,
            ])
        try Shortfall.unless(made.status == 0, made.output)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
        tokenID = "sitectl@pve!\(name)"
        secret = try lab.pvelab("token", name).output.trimmingCharacters(in: .newlines)
        let file = lab.folder + "/token"
        try secret.write(toFile: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        try lab.replace(#"token: \{.*\}"#, by: "token: {id: \"\(tokenID)\", file: \(file)}")
        keyLine = try String(contentsOfFile: key, encoding: .utf8).split(separator: "\n").map(String.init)[1]
        try lab.replace(#"address: 10\.1\.0\.12\}"#, by: "address: 10.1.0.12, port: 2525}")
        try lab.replace(
            "(?s)  bare:.*",
            by: """
                  \(name):
                    firewall: [\(isFirewalled ? "proxmox" : "guest")]
                    certificate: {files: {key: \(key), chain: \(chain)}}
                    guest:
                      vmid: \(id)
                      template: 101
                      pool: sites
                      hostname: \(hostname)
                      network: {bridge: vmbr0, address: \(address)/24, gateway: 10.2.0.1}

                """)
    }

    /// The steps that a guest gets.
    enum Steps: Sendable {
        /// All steps of a backup MX, without packages that must be installed.
        case lean
        /// One step, for tests of the path to the guest.
        case one
        /// The unchanged playbook.
        case all
    }

    /// Returns a command with its playbook.
    func with(_ steps: Steps, _ words: [String]) throws -> [String] {
        let folder = lab.folder + "/Playbooks"
        if !FileManager.default.fileExists(atPath: folder) {
            try FileManager.default.copyItem(atPath: "Playbooks", toPath: folder)
            let text = try String(contentsOfFile: folder + "/backup-mx.yml", encoding: .utf8)
            let lean = text.replacing(Self.uninstalled, with: "")
            try Shortfall.unless(lean != text, "the playbook does not install\(Self.uninstalled)")
            try lean.write(toFile: folder + "/lean.yml", atomically: true, encoding: .utf8)
            try "name: one\nsteps:\n- id: hostname\n  hostname: {name: \"{{ hostname }}\"}\n"
                .write(toFile: folder + "/one.yml", atomically: true, encoding: .utf8)
        }
        let file =
            switch steps {
            case .lean: "lean.yml"
            case .one: "one.yml"
            case .all: "backup-mx.yml"
            }
        return words + ["--playbook", folder + "/" + file]
    }

    /// Runs a command and returns its boundaries, optionally with an interruption at one of them.
    ///
    /// - Parameter shift: The error of the run's clock in seconds.
    func run(
        _ words: [String], _ blow: PointWatch.Blow? = nil, _ steps: Steps? = nil, clock shift: Int = 0
    ) throws -> (outcome: Lab.Outcome, log: PointLog) {
        let log = "\(lab.folder)/points-\(UUID().uuidString).log"
        let variables = watch.variables(log: log, blow, below: lab.folder, guest: id, clock: shift)
        let run = [".build/debug/mxprovision"] + (try with(steps ?? self.steps, words)) + lab.files
        let start = watch.words(starting: run, log: log, blow)
        let outcome = try lab.run(start[0], Array(start.dropFirst()), with: variables)
        let points = try PointLog(file: log)
        let losses = Set(points.losses(atEnd: !outcome.isKilled)).sorted()
        try Shortfall.unless(losses.isEmpty, "\(words[0]): \(losses.joined(separator: "; "))")
        return (outcome, points)
    }

    /// Runs a command that must succeed.
    @discardableResult
    func succeed(_ words: [String]) throws -> String {
        let outcome = try run(words).outcome
        try Shortfall.unless(
            outcome.status == 0, "`\(words.joined(separator: " "))` ends with \(outcome.status): \(outcome.output)")
        return outcome.output
    }

    /// Repeats the interrupted command. Without the state, the run cannot know that the lease in the guest's notes is
    /// its own, so the lease must expire first.
    func `repeat`(_ words: [String]) throws {
        var outcome = Lab.Outcome(status: 75, output: "")
        _ = try lab.eventually {
            outcome = try run(words).outcome
            return outcome.status != 75
        }
        try Shortfall.unless(
            outcome.status == 0,
            "`\(words.joined(separator: " "))` again ends with \(outcome.status): \(outcome.output)")
    }

    func inGuest(_ script: String) throws -> String {
        let answer = try lab.guest(name, id, at: address, script)
        try Shortfall.unless(answer.status == 0, "\(script) in the guest: \(answer.output)")
        return answer.output
    }

    /// Returns the number of guests on the node with this site's name, whatever their id.
    func guests() throws -> Int {
        let list = try lab.node("pct list")
        try Shortfall.unless(list.status == 0, list.output)
        return list.output.split(separator: "\n").count { $0.split(separator: " ").last == hostname[...] }
    }

    func isThere() throws -> Bool { try guests() > 0 }

    /// Destroys the guest with all its mail.
    func vanish() throws {
        guard try isThere() else { return }
        if try lab.guest(name, id, at: address, "postsuper -d ALL").status != 0 { try succeed(["up", name]) }
        try succeed(["teardown", name, "--yes", "--now", "--drain", "0"])
    }

    /// Cleans up after a failure: destroys the guest by the node's own commands, and deletes all that is known of it.
    func startAfresh() throws {
        _ = try lab.node("pct unlock \(id)")
        _ = try lab.node("pvesh set /nodes/pve2/lxc/\(id)/config --protection 0")
        _ = try lab.node("pvesh delete /nodes/pve2/lxc/\(id) --force 1 --purge 1")
        try Shortfall.unless(try lab.eventually { try !isThere() }, "guest \(id) cannot be removed")
        for folder in [stateFolder, queueFolder] { try? FileManager.default.removeItem(atPath: folder) }
    }
}
