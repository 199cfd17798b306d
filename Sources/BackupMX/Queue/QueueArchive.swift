import Alerts
import ConfigurationFiles
import Engine
import Foundation
import RemoteShell
import Resources
import Sites

/// A packed mail queue on this machine.
struct QueueArchive {
    let path: String

    /// The content of a checked archive.
    struct Content: Sendable, Equatable {
        /// The random id that ``MailQueue/pack(id:)`` has put into it.
        var id: String
        var messages: Int
    }

    /// Reads the archive to its end, and checks everything that a guest is going to trust: that it is complete, has an
    /// id, and contains only regular files in the folders of a mail queue.
    ///
    /// - Throws: ``QueueError/missing(path:)``, ``QueueError/unreadable(path:reason:)``
    func content() async throws -> Content {
        guard FileManager.default.fileExists(atPath: path) else { throw QueueError.missing(path: path) }
        do {
            var listing = QueueListing()
            let unpacked = try await ProcessShell.local.run(
                "gzip -dc <\(path)", Wait(.change, for: "the list of messages in \(path)")
            ) { try listing.take($0) }
            guard unpacked.exit == 0 else { throw QueueListing.Defect(unpacked.tail) }
            return try listing.content()
        } catch let defect as QueueListing.Defect {
            throw QueueError.unreadable(path: path, reason: defect.description)
        }
    }
}

/// The entries of a tar file that contains a mail queue, read in pieces.
///
/// GNU tar writes the files that `pack` selects as plain ustar headers (tar(5)): a name of up to 100 characters, a size
/// and a type. Other features of tar, such as links and long names, do not occur in a mail queue.
struct QueueListing: Sendable {
    /// Why the file is not a mail queue.
    struct Defect: Error, CustomStringConvertible {
        var description: String
        init(_ description: String) { self.description = description }
    }

    private static let block = 512
    private static let idName = "mxprovision-queue"
    /// An id has 36 characters.
    private static let idLimit = 64

    private var header: [UInt8] = []
    /// Number of bytes of the current entry that are still to come, including its padding.
    private var rest = 0
    private var idBytesLeft = 0
    private var id: [UInt8] = []
    private var names: Set<String> = []
    private var messages = 0
    private var emptyBlocks = 0

    /// Reads the next piece of the file.
    ///
    /// - Throws: ``Defect``
    mutating func take(_ bytes: some Collection<UInt8>) throws {
        var bytes = bytes[...]
        while !bytes.isEmpty {
            if rest > 0 {
                let piece = bytes.prefix(rest)
                let ofID = piece.prefix(idBytesLeft)
                id += ofID
                idBytesLeft -= ofID.count
                rest -= piece.count
                bytes = bytes.dropFirst(piece.count)
            } else {
                let piece = bytes.prefix(Self.block - header.count)
                header += piece
                bytes = bytes.dropFirst(piece.count)
                guard header.count == Self.block else { break }
                try takeHeader()
                header = []
            }
        }
    }

    /// Returns the content, after the last byte was read.
    ///
    /// - Throws: ``Defect``
    func content() throws -> QueueArchive.Content {
        guard rest == 0, header.isEmpty, emptyBlocks >= 2 else { throw Defect("it is truncated") }
        let text = String(decoding: id, as: UTF8.self).trimmingCharacters(in: .newlines)
        guard text.wholeMatch(of: /[0-9a-f-]+/) != nil else {
            throw Defect("it has no id: `\(Self.idName)` is missing or damaged")
        }
        return .init(id: text, messages: messages)
    }

    private mutating func takeHeader() throws {
        guard header.contains(where: { $0 != 0 }) else { return emptyBlocks += 1 }
        guard emptyBlocks == 0 else { throw Defect("it has data after its end") }
        // The checksum is computed with blanks in its own place (tar(5)).
        let sum = header.enumerated().reduce(0) { $0 + (148..<156 ~= $1.offset ? 32 : Int($1.element)) }
        guard number(148..<156) == sum, String(decoding: header[257..<262], as: UTF8.self) == "ustar" else {
            throw Defect("it is not a tar file, or damaged")
        }
        let name = String(decoding: header[0..<100].prefix { $0 != 0 }, as: UTF8.self)
        guard let size = number(124..<136), let mode = number(100..<108) else {
            throw Defect("the size or mode of `\(name)` is not a number")
        }
        let type = header[156]
        try check(name, isFolder: type == UInt8(ascii: "5"), isFile: type == UInt8(ascii: "0") || type == 0, size, mode)
        guard names.insert(name).inserted else { throw Defect("it contains `\(name)` twice") }
        rest = (size + Self.block - 1) / Self.block * Self.block
        if name == Self.idName { idBytesLeft = size }
    }

    private mutating func check(_ name: String, isFolder: Bool, isFile: Bool, _ size: Int, _ mode: Int) throws {
        guard isFolder || isFile else { throw Defect("`\(name)` is neither a file nor a folder") }
        if isFile, name == Self.idName {
            guard size <= Self.idLimit else { throw Defect("its id is too long") }
            return
        }
        let parts = (isFolder && name.hasSuffix("/") ? name.dropLast() : name[...])
            .split(separator: "/", omittingEmptySubsequences: false)
        let folder = String(parts[0])
        guard MailQueue.allFolders.contains(folder), isFolder || parts.count > 1,
            parts.allSatisfy({ $0.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9._-]*/) != nil })
        else { throw Defect("`\(name)` is not part of a mail queue") }
        guard isFolder ? size == 0 : mode & 0o7000 == 0 else { throw Defect("`\(name)` has a wrong size or mode") }
        if isFile, MailQueue.messageFolders.contains(folder) { messages += 1 }
    }

    /// Reads an octal number of the header. Returns nil if there is none.
    private func number(_ range: Range<Int>) -> Int? {
        Int(
            String(decoding: header[range].prefix { $0 != 0 }, as: UTF8.self).trimmingCharacters(in: .whitespaces),
            radix: 8)
    }
}
