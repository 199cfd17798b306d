import Foundation

/// BIND at the primary site: the hidden primary of two zones. Only holders of a TSIG key can transfer or change them.
struct HiddenPrimary: Sendable {
    static let zones = ["hidden.example", "second.example"]

    let folder: LabFolder

    var key: UpdateKey { UpdateKey(name: "hidden", file: folder("dns/hidden/hidden.key")) }

    /// - Parameter program: a copy of named(8) that AppArmor does not restrict.
    func start(_ program: String) async throws {
        try FileManager.default.createDirectory(atPath: folder("dns/hidden"), withIntermediateDirectories: true)
        try key.make()
        for origin in Self.zones {
            let zone = Zone(
                origin: origin, records: ["@ IN A \(Topology.secondaryWAN)", "www IN A \(Topology.primaryWAN)"])
            try LabFolder.write(zone.text, to: zoneFile(origin))
        }
        try LabFolder.write(configuration, to: folder("dns/hidden/named.conf"))
        try await Tool(program, "-g", "-u", "root", "-c", folder("dns/hidden/named.conf"))
            .inside(.primary).detach(log: folder.log("hidden-primary"))
    }

    func isAnswering() async -> Bool {
        let question = Tool(
            "dig", "+short", "+time=1", "+tries=1", "@\(Topology.hiddenPrimary)", "SOA", Self.zones[0])
        return (try? await question.inside(.primary).run())?.contains("ns.lab.example") ?? false
    }

    private func zoneFile(_ origin: String) -> String { folder("dns/hidden/\(origin).zone") }

    private var configuration: String {
        let zones = Self.zones.map { #"zone "\#($0)" { type primary; file "\#(zoneFile($0))"; };"# }
        return """
            include "\(key.configurationFile)";
            options {
                directory "\(folder("dns/hidden"))";
                pid-file none;
                session-keyfile none;
                recursion no;
                listen-on { \(Topology.hiddenPrimary); };
                listen-on-v6 { none; };
                allow-transfer { key \(key.name); };
                allow-update { key \(key.name); };
                notify explicit;
                notify-source \(Topology.hiddenPrimary);
                also-notify { \(Topology.nameSecondaries.map { "\($0) key \(key.name); " }.joined())};
                dnssec-validation no;
                empty-zones-enable no;
            };
            controls { };
            \(zones.joined(separator: "\n"))

            """
    }
}
