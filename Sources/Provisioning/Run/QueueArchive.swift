import RemoteShell

/// A packed mail queue on this machine.
struct QueueArchive {
    let path: String

    /// How many messages it holds.
    ///
    /// - Throws: ``QueueError/unreadable(path:reason:)`` where it cannot be read to its end.
    func messages() async throws -> Int {
        let listing = try await ProcessShell.local.run(
            "LC_ALL=C tar --list --gzip --file \(path)", Wait(.change, for: "the list of messages in \(path)"))
        guard listing.exit == 0 else { throw QueueError.unreadable(path: path, reason: listing.tail) }
        return listing.text.split(separator: "\n").count { name in
            !name.hasSuffix("/") && MailQueue.folders.contains(String(name.prefix { $0 != "/" }))
        }
    }
}
