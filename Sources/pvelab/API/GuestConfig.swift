import Crypto
import Foundation

/// A guest's configuration file (PVE::LXC::Config).
struct GuestConfig: Sendable, Equatable {
    /// Option by option, without the description.
    var options: [String: String] = [:]
    /// Without its last newline; nil where there is none.
    var description: String?
    /// Changes of a running guest that wait for its next start; nil removes the option.
    var pending: [String: String?] = [:]

    /// What runs, or will after the next start, with the description among the options.
    func merged(current: Bool = false) -> [String: String] {
        var merged = options
        if let description { merged["description"] = description + "\n" }
        if !current { for (key, value) in pending { merged[key] = value } }
        return merged
    }

    /// As it would stand in `/etc/pve/nodes/<node>/lxc/<id>.conf`.
    var text: String {
        let notes = (description.map { $0.split(separator: "\n", omittingEmptySubsequences: false) } ?? [])
            .map { "#\(Self.escaped(String($0)))\n" }
        let lines = options.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\n" }
        let waiting = pending.sorted { $0.key < $1.key }.map { key, value in
            value.map { "\(key): \($0)\n" } ?? "delete: \(key)\n"
        }
        return notes.joined() + lines.joined() + (waiting.isEmpty ? "" : "\n[pve:pending]\n" + waiting.joined())
    }

    /// SHA-1 of the file.
    var digest: String { Insecure.SHA1.hash(data: Data(text.utf8)).map { String(format: "%02x", $0) }.joined() }

    private static func escaped(_ line: String) -> String {
        line.utf8.map { byte in
            (0x20..<0x7f).contains(byte) && byte != UInt8(ascii: "%") && byte != UInt8(ascii: ":")
                ? String(UnicodeScalar(byte)) : String(format: "%%%02X", byte)
        }.joined()
    }

    var lock: String? { options["lock"] }
    var isTemplate: Bool { options["template"] == "1" }
    /// The root file system's volume, its storage and its size.
    var volume: String { String((options["rootfs"] ?? "").prefix { $0 != "," }) }
    var storage: String { String(volume.prefix { $0 != ":" }) }
    var size: String { (options["rootfs"] ?? "").firstMatch(of: /size=([^,]+)/).map { String($0.output.1) } ?? "4G" }
    var isProtected: Bool { options["protection"] == "1" }

    /// For the answer of `GET …/config`: integers and switches as numbers, everything else as text.
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
