/// The changes of a `PUT …/config`, checked and in the format in which Proxmox stores them.
struct ConfigChange: Sendable {
    var values: [String: String]
    var deleted: [String]
    var reverted: [String]
    var digest: String?
    /// The network devices among the values.
    var networks: [[String: String]] = []

    init(_ parameters: [String: String], for release: APIServer.Release) throws {
        values = parameters
        digest = values.removeValue(forKey: "digest")
        deleted = Node.list(values.removeValue(forKey: "delete"))
        reverted = Node.list(values.removeValue(forKey: "revert"))
        guard !values.isEmpty || !deleted.isEmpty || !reverted.isEmpty else {
            throw Failure.internalError("no options specified")
        }
        let schema = Schema.config(of: release)
        for (list, keys) in [("delete", deleted), ("revert", reverted)] {
            for key in keys where schema.parameter(key) == nil || ["delete", "revert", "digest"].contains(key) {
                throw Failure.parameters([list: "unknown option '\(key)'"])
            }
        }
        for key in deleted where values[key] != nil {
            throw Failure.parameters(["delete": "you can't use '-\(key)' and -delete \(key)' at the same time"])
        }
        for (key, value) in values { values[key] = try normalised(key, value) }
    }

    private mutating func normalised(_ key: String, _ value: String) throws -> String {
        switch key {
        case "tags": return Set(Node.list(value).map { $0.lowercased() }).sorted().joined(separator: ";")
        case "nameserver": return Node.list(value).joined(separator: " ")
        case _ where key.wholeMatch(of: /net\d+/) != nil:
            var device = try NetworkOption(value, parameter: key)
            device.complete()
            networks.append(device.values)
            return device.text
        default:
            guard key == "description" || !value.contains("\n") else {
                throw Failure.internalError("detected invalid newline inside property '\(key)'")
            }
            return value
        }
    }
}

extension Schema {
    /// Returns the options of a release: `env`, `entrypoint` and `ha-managed` were added in 9.1.
    static func config(of release: APIServer.Release) -> Schema { config.known(to: release) }
    static func create(for release: APIServer.Release) -> Schema { create.known(to: release) }

    private func known(to release: APIServer.Release) -> Schema {
        guard release == .v8_4 else { return self }
        return Schema(parameters.filter { !["env", "entrypoint", "ha-managed"].contains($0.name) })
    }
}
