import Foundation

/// BIND at the internet's hub: authoritative for the lab's zones. It has no data for other names.
struct NameServer: Sendable {
    let folder: LabFolder

    /// The key that may change all of the domain's zone.
    var zoneKey: UpdateKey { UpdateKey(name: "mxprovision", file: folder("dns/mxprovision.key")) }
    /// The key that may change only the TXT records for the ACME challenges of the domain's backup MXs.
    var challengeKey: UpdateKey { UpdateKey(name: "mxprovision-acme", file: folder("dns/mxprovision-acme.key")) }

    var hidden: HiddenPrimary { HiddenPrimary(folder: folder) }

    func start() async throws {
        for key in [zoneKey, challengeKey] { try key.make() }
        for zone in Zone.all {
            try LabFolder.write(zone.text, to: zoneFile(zone))
        }
        try LabFolder.write(
            Zone(origin: ".", records: ["ns.lab.example. IN A \(Topology.internetAddress)"]).text, to: rootFile)
        try LabFolder.write(configuration, to: folder("dns/named.conf"))
        try LabFolder.write("nameserver \(Topology.internetAddress)\n", to: folder("dns/resolv.conf"))
        // Ubuntu's AppArmor profile for the packaged path lets named read /etc/bind and little else, so a copy is used.
        let program = try await Tool("sh", "-c", "PATH=$PATH:/usr/sbin command -v named").run()
            .trimmingCharacters(in: .whitespacesAndNewlines)
        try await Tool("cp", program, folder("dns/named")).run()
        try await Tool(folder("dns/named"), "-g", "-u", "root", "-c", folder("dns/named.conf"))
            .inside(.internet).detach(log: folder.log("named"))
        try await hidden.start(folder("dns/named"))
    }

    func isAnswering() async -> Bool {
        let question = Tool(
            "dig", "+short", "+time=1", "+tries=1", "@\(Topology.internetAddress)", "MX", Topology.domain
        )
        let isAnswering = (try? await question.inside(.internet).run())?.contains("mail-backup") ?? false
        guard isAnswering else { return false }
        return await hidden.isAnswering()
    }

    private func zoneFile(_ zone: Zone) -> String { folder("dns/\(zone.origin).zone") }

    /// The configuration. Its own empty root zone makes unknown names NXDOMAIN immediately; queries to the real root
    /// would time out.
    private var configuration: String {
        let zones = Zone.all.map { zone in
            let policy = zone.origin == Topology.domain ? " \(updatePolicy)" : ""
            return #"zone "\#(zone.origin)" { type primary; file "\#(zoneFile(zone))";\#(policy) };"#
        }
        return """
            include "\(zoneKey.configurationFile)";
            include "\(challengeKey.configurationFile)";
            options {
                directory "\(folder("dns"))";
                pid-file none;
                session-keyfile none;
                recursion yes;
                allow-recursion { any; };
                allow-query { any; };
                allow-transfer { any; };
                listen-on { any; };
                listen-on-v6 { any; };
                dnssec-validation no;
                empty-zones-enable no;
            };
            controls { };
            zone "." { type primary; file "\(rootFile)"; };
            \(zones.joined(separator: "\n"))

            """
    }

    private var updatePolicy: String {
        let challenges = ["mail-backup", "mail-backup-2", "mail-backup-3"].map { host in
            "grant \(challengeKey.name) name _acme-challenge.\(host).\(Topology.domain). TXT; "
        }
        return "update-policy { grant \(zoneKey.name) zonesub ANY; \(challenges.joined())};"
    }

    private var rootFile: String { folder("dns/root.zone") }
}
