import ConfigurationFiles
import Foundation
package import RemoteShell
import Resources

/// The operating system of a guest, from its os-release(5). Proxmox's `ostype` has no version.
package struct GuestSystem: Sendable, Equatable {
    /// `ID` and `VERSION_ID`, such as `debian 12`; empty if there is no readable file.
    package var release: String
    /// `PRETTY_NAME`, for messages.
    package var name: String

    /// Reads the result of ``probe(_:)``.
    package init(_ answer: CommandResult?) {
        var values: [String: String] = [:]
        for line in (answer?.text ?? "").split(separator: "\n") {
            guard let end = line.firstIndex(of: "=") else { continue }
            values[String(line[..<end])] = line[line.index(after: end)...].trimmingCharacters(in: ["\"", "'"])
        }
        release = ["ID", "VERSION_ID"].compactMap { values[$0] }.joined(separator: " ")
        name = values["PRETTY_NAME"] ?? (release.isEmpty ? "an unknown system" : release)
    }

    /// Prints the lines that name the release, from the first of these files that exists, without starting a process.
    package static func probe(_ files: [String] = ["/etc/os-release", "/usr/lib/os-release"]) -> Script {
        """
        for f in \(files); do
            [ -f "$f" ] || continue
            while IFS= read -r line || [ -n "$line" ]; do
                case $line in ID=* | VERSION_ID=* | PRETTY_NAME=*) printf '%s\\n' "$line" ;; esac
            done <"$f"
            break
        done
        """
    }
}
