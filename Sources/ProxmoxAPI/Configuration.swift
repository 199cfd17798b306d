/// The configuration of a container.
public struct Configuration: Decodable, Sendable, Equatable {
    /// Every option as the text that the configuration file contains, without `digest` and the raw `lxc` lines.
    public var options: [String: String]
    /// The SHA-1 digest of the file. A change that sends it back fails if another client has changed the file since.
    public var digest: String?

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        options = [:]
        for key in container.allKeys where key.stringValue != "lxc" {
            let value = try container.decodeIfPresent(LenientText.self, forKey: key)?.value
            if key.stringValue == "digest" { digest = value } else { options[key.stringValue] = value }
        }
        // Proxmox ends each line of the notes with a newline, including the last one.
        if let notes = options["description"], notes.hasSuffix("\n") {
            options["description"] = String(notes.dropLast())
        }
    }

    public var hostname: String? { options["hostname"] }
    /// The notes, without the newline that Proxmox puts at their end.
    public var description: String? { options["description"] }
    public var tags: Set<String> { Tags.set(options["tags"] ?? "") }
    /// The operation that locks the guest: `backup`, `create`, `disk`, …
    public var lock: String? { options["lock"] }
    public var ostype: String? { options["ostype"] }
    public var cores: Int? { options["cores"].flatMap { Int($0) } }
    /// The memory in MiB.
    public var memory: Int? { options["memory"].flatMap { Int($0) } }
    /// The swap space in MiB.
    public var swap: Int? { options["swap"].flatMap { Int($0) } }
    public var isTemplate: Bool { isOn("template") }
    /// Whether Proxmox refuses to delete the guest.
    public var isProtected: Bool { isOn("protection") }
    /// Whether the guest starts when the node boots.
    public var startsAtBoot: Bool { isOn("onboot") }
    public var isUnprivileged: Bool { isOn("unprivileged") }

    /// The container's features: the property string `nesting=1,keyctl=1` as a dictionary.
    public var features: [String: String] {
        options["features"].flatMap(PropertyString.read) ?? [:]
    }

    /// Returns the device `net<index>`, or nil if there is none.
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
    /// Requests a container's configuration: `GET /nodes/{node}/lxc/{vmid}/config`. It includes changes that are
    /// pending until the next start, unless `current` asks for the active configuration only.
    public static func configuration(of guest: GuestID, on node: NodeName, current: Bool = false) -> Request {
        Request(.get, Paths.container(guest, node) + ["config"], [("current", current ? "1" : nil)])
    }
}

extension Request where Answer == Nothing {
    /// Changes a configuration: `PUT …/config`. The call is synchronous. Some options of a running guest are pending
    /// until its next start.
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
