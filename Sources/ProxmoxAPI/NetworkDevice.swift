/// A `netN` option: comma-separated `key=value` pairs (PVE::LXC::Config, `$netconf_desc`).
public struct NetworkDevice: Sendable, Equatable, CustomStringConvertible {
    private var values: [String: String] = [:]

    public init() {}

    /// Keys that are not known here are kept. Nil where a part is not `key=value`.
    public init?(_ text: String) {
        for part in text.split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { return nil }
            values[String(pair[0])] = String(pair[1])
        }
    }

    public subscript(key: String) -> String? {
        get { values[key] }
        set { values[key] = newValue }
    }

    /// In Proxmox's own order: `name` first, then the others by their names.
    public var description: String {
        values.sorted { ($0.key == "name" ? "" : $0.key) < ($1.key == "name" ? "" : $1.key) }
            .map { "\($0.key)=\($0.value)" }
            .joined(separator: ",")
    }
}
