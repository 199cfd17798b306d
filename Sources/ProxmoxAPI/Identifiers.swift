public import Foundation

/// A guest's number, `vmid`: 100 to 999 999 999 (pve-common `pve-vmid`).
public struct GuestID: RawRepresentable, Sendable, Hashable, Codable, CustomStringConvertible {
    public let rawValue: Int

    /// Fails if the number is out of range.
    public init?(rawValue: Int) {
        guard (100...999_999_999).contains(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    /// Checks a guest's number.
    ///
    /// - Throws: ``InvalidIdentifier``
    public init(checking number: Int) throws {
        guard let id = GuestID(rawValue: number) else {
            throw InvalidIdentifier(text: String(number), wanted: "a guest's number from 100 to 999999999")
        }
        self = id
    }

    public init(from decoder: any Decoder) throws {
        let number = try decoder.singleValueContainer().decode(LenientInt.self).value
        try self.init(checking: number)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    public var description: String { String(rawValue) }
}

/// A node's name within its cluster (pve-common `pve-node`).
public struct NodeName: Sendable, Hashable, Codable, CustomStringConvertible {
    public let description: String

    /// Checks a node's name.
    ///
    /// - Throws: ``InvalidIdentifier``
    public init(checking text: String) throws {
        guard text.wholeMatch(of: /[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?/) != nil else {
            throw InvalidIdentifier(text: text, wanted: "a node's name")
        }
        description = text
    }

    public init(from decoder: any Decoder) throws {
        try self.init(checking: decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// A storage's name (pve-storage `pve-storage-id`).
public struct StorageName: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    /// Checks a storage's name.
    ///
    /// - Throws: ``InvalidIdentifier``
    public init(checking text: String) throws {
        guard text.wholeMatch(of: /[A-Za-z][A-Za-z0-9._-]*[A-Za-z0-9]/) != nil else {
            throw InvalidIdentifier(text: text, wanted: "a storage's name")
        }
        description = text
    }
}

/// The error for a name or number that is invalid in Proxmox.
public struct InvalidIdentifier: Error, Sendable, Equatable {
    /// The invalid text.
    public var text: String
    /// The expected form, as a noun phrase for messages.
    public var wanted: String
}

extension InvalidIdentifier: LocalizedError {
    public var errorDescription: String? { "invalid value `\(text)`: expected \(wanted)" }
}
