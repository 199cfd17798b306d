import ConfigurationFiles
import Diagnostics
package import Foundation
import Resources

/// The folder that holds one site's state, journal, lock and known host keys.
public struct SiteFolder: Sendable {
    public let path: String
    /// The folders above it that belong to the state directory.
    private let above: [String]

    package init(path: String, above: [String] = []) {
        self.path = path
        self.above = above
    }

    public var statePath: String { path + "/state.json" }
    public var journalPath: String { path + "/journal.jsonl" }
    public var knownHostsPath: String { path + "/known_hosts" }
    public var lockPath: String { path + "/lock" }
    /// The path at which version 0.1 stored the mail of a guest that was being rebuilt. Later versions use
    /// ``QueueDirectory``.
    package var queuePath: String { path + "/queue.tar.gz" }

    /// Creates the folder (mode 0700), and those above it, if they are missing.
    ///
    /// - Throws: ``StateError/unwritable(path:reason:)``, ``StateError/untrusted(path:reason:advice:)``
    public func create() throws { try privacy.create() }

    /// Refuses folders that another user could change, because their content decides which guest and which host key are
    /// trusted.
    ///
    /// - Throws: ``StateError/untrusted(path:reason:advice:)``
    package func checkTrust() throws { try privacy.checkTrust() }

    private var privacy: PrivateFolder { PrivateFolder(path: path, above: above) }

    /// Returns the recorded state, or an empty one if there is no file.
    ///
    /// - Throws: ``StateError`` if the file exists and cannot be read: it is never treated as empty.
    public func state() throws -> SiteState {
        var seen = stat()
        guard lstat(statePath, &seen) == 0 else {
            guard errno == ENOENT else {
                throw StateError.unreadable(path: statePath, reason: String(cString: strerror(errno)))
            }
            return SiteState()
        }
        guard seen.st_mode & S_IFMT == S_IFREG else {
            throw StateError.untrusted(
                path: statePath, reason: "it is not a regular file", advice: "rm \(CommandWord.quoted(statePath))")
        }
        guard seen.st_mode & 0o077 == 0 else {
            throw StateError.exposed(path: statePath, mode: Int(seen.st_mode & ~S_IFMT))
        }
        let data: Data
        do { data = try Data(contentsOf: URL(fileURLWithPath: statePath)) } catch {
            throw StateError.unreadable(path: statePath, reason: ErrorDescription.reason(of: error))
        }
        return try Self.state(in: data, path: statePath)
    }

    /// Decodes the content of a state file, of this version or an earlier one.
    ///
    /// - Throws: ``StateError``
    package static func state(in data: Data, path: String) throws -> SiteState {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        do {
            let version = try decoder.decode(Version.self, from: data).version
            guard version <= SiteState.currentVersion else { throw StateError.tooNew(path: path, version: version) }
            return try decoder.decode(SiteState.self, from: data)
        } catch let error as DecodingError {
            throw StateError.unreadable(path: path, reason: reason(of: error))
        }
    }

    /// Replaces the state atomically: after a power failure, the file has the old state or the new one.
    ///
    /// - Throws: ``StateError/unwritable(path:reason:)``
    public func replace(_ state: SiteState) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        let data = try encoder.encode(state) + Data("\n".utf8)
        try DurableFile.replace(statePath, with: data)
    }

    /// Removes the guest's host keys, and the state unless it has to be kept. The journal is kept.
    public func forgetGuest(keepingState: Bool = false) throws {
        for path in (keepingState ? [] : [statePath]) + [knownHostsPath] { try DurableFile.remove(path) }
    }

    private struct Version: Decodable { var version: Int }

    private static func reason(of error: DecodingError) -> String {
        switch error {
        case .dataCorrupted(let context): context.debugDescription
        case .keyNotFound(let key, _): "`\(key.stringValue)` is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "`\(context.codingPath.map(\.stringValue).joined(separator: "."))`: \(context.debugDescription)"
        @unknown default: "it is not the state of a site"
        }
    }
}
