/// A container's configuration.
public struct Configuration: Decodable, Sendable, Equatable {
    /// Every option as the text that the configuration file would have; without `digest` and the raw `lxc` lines.
    public var options: [String: String]
    /// SHA-1 of the file; sent back, it guards a change against somebody else's.
    public var digest: String?

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        options = [:]
        for key in container.allKeys where key.stringValue != "lxc" {
            let value = try container.decodeIfPresent(LenientText.self, forKey: key)?.value
            if key.stringValue == "digest" { digest = value } else { options[key.stringValue] = value }
        }
        // Proxmox gives each line of the notes a newline, the last one too.
        if let notes = options["description"], notes.hasSuffix("\n") {
            options["description"] = String(notes.dropLast())
        }
    }

    public var hostname: String? { options["hostname"] }
    /// The notes, without the newline that Proxmox puts at their end.
    public var description: String? { options["description"] }
    public var tags: Set<String> { Tags.set(options["tags"] ?? "") }
    /// What holds the guest: `backup`, `create`, `disk`, …
    public var lock: String? { options["lock"] }
    public var ostype: String? { options["ostype"] }
    public var cores: Int? { options["cores"].flatMap { Int($0) } }
    /// MiB
    public var memory: Int? { options["memory"].flatMap { Int($0) } }
    /// MiB
    public var swap: Int? { options["swap"].flatMap { Int($0) } }
    public var isTemplate: Bool { isOn("template") }
    public var isProtected: Bool { isOn("protection") }
    public var startsAtBoot: Bool { isOn("onboot") }
    public var isUnprivileged: Bool { isOn("unprivileged") }

    /// Property string of the container's features, `nesting=1,keyctl=1`, as a dictionary.
    public var features: [String: String] {
        options["features"].flatMap(PropertyString.read) ?? [:]
    }

    /// The device `net<index>`; nil where there is none.
    public func net(_ index: Int) -> NetworkDevice? { options["net\(index)"].flatMap(NetworkDevice.init) }

    private func isOn(_ option: String) -> Bool { options[option].map(LenientBool.isOn) ?? false }

    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

extension Request where Answer == Configuration {
    /// `GET /nodes/{node}/lxc/{vmid}/config`. Changes that wait for the next start are merged in, unless only what holds
    /// now (`current`) is asked for.
    public static func configuration(of guest: GuestID, on node: NodeName, current: Bool = false) -> Request {
        Request(.get, Paths.container(guest, node) + ["config"], [("current", current ? "1" : nil)])
    }
}

extension Request where Answer == Nothing {
    /// `PUT …/config`: synchronous. Some options of a running guest wait for its next start.
    public static func configure(
        _ guest: GuestID,
        on node: NodeName,
        set: [String: String],
        delete: [String] = [],
        digest: String? = nil
    ) -> Request {
        Request(.put, Paths.container(guest, node) + ["config"], Paths.change(set, delete, digest))
    }
}
