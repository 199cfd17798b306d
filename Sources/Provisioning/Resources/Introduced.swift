public import RemoteShell

/// A resource whose guest another host has to know before the remedy can work: the primary lets in a key that the guest
/// has made for itself.
public protocol Introduced: Resource {
    /// Makes the guest's key where there is none, and prints its public half; nil where the changes need nobody else.
    func introduction(before changes: [Change]) -> Script?

    /// What the other host is to be told.
    ///
    /// - Throws: ``UnreadableAnswer``
    func acquaintance(from answer: Completion) throws -> Acquaintance
}

/// How a host is made to know a guest.
public struct Acquaintance: Sendable, Equatable {
    /// Installs all of it, and may be run again; for root's shell on that host.
    public var script: Script
    /// The guest's line in authorized_keys(5) there.
    public var line: String
}
