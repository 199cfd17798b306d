import Crypto
import Foundation

/// A guest's configuration file (PVE::LXC::Config).
struct GuestConfig: Sendable, Equatable {
    /// The options by name, without the description.
    var options: [String: String] = [:]
    /// The description without its last newline, or nil if there is none.
    var description: String?
    /// Changes of a running guest that apply at its next start. Nil removes the option.
    var pending: [String: String?] = [:]

    /// Returns the current options, or those after the next start, with the description among them.
    func merged(current: Bool = false) -> [String: String] {
        var merged = options
        if let description { merged["description"] = description + "\n" }
        if !current { for (key, value) in pending { merged[key] = value } }
        return merged
    }

    /// The content of `/etc/pve/nodes/<node>/lxc/<id>.conf`.
    var text: String {
        let notes = (description.map { $0.split(separator: "\n", omittingEmptySubsequences: false) } ?? [])
            .map { "#\(Self.escaped(String($0)))\n" }
        let lines = options.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\n" }
        let waiting = pending.sorted { $0.key < $1.key }.map { key, value in
            value.map { "\(key): \($0)\n" } ?? "delete: \(key)\n"
        }
        return notes.joined() + lines.joined() + (waiting.isEmpty ? "" : "\n[pve:pending]\n" + waiting.joined())
    }

    /// The SHA-1 digest of the file.
    var digest: String { Insecure.SHA1.hash(data: Data(text.utf8)).map { String(format: "%02x", $0) }.joined() }

    private static func escaped(_ line: String) -> String {
        line.utf8.map { byte in
            (0x20..<0x7f).contains(byte) && byte != UInt8(ascii: "%") && byte != UInt8(ascii: ":")
                ? String(UnicodeScalar(byte)) : String(format: "%%%02X", byte)
        }.joined()
    }

    var lock: String? { options["lock"] }
    var isTemplate: Bool { options["template"] == "1" }
    /// The volume of the root file system. Its storage and size follow.
    var volume: String { String((options["rootfs"] ?? "").prefix { $0 != "," }) }
    var storage: String { String(volume.prefix { $0 != ":" }) }
    var size: String { (options["rootfs"] ?? "").firstMatch(of: /size=([^,]+)/).map { String($0.output.1) } ?? "4G" }
    var isProtected: Bool { options["protection"] == "1" }

    /// The options that `GET …/config` returns as numbers: integers and booleans. All others are strings.
    static let integers: Set<String> = [
        "cores", "memory", "swap", "onboot", "protection", "template", "unprivileged", "tty", "console", "cpuunits",
        "debug",
    ]

    static func json(_ options: [String: String], digest: String) -> JSON {
        var members = Dictionary(uniqueKeysWithValues: options.map { ($0.key, json($0.key, $0.value)) })
        members["digest"] = .text(digest)
        return .object(members)
    }

    static func json(_ key: String, _ value: String) -> JSON {
        guard integers.contains(key), let number = Int(value) else { return .text(value) }
        return .int(number)
    }
}
