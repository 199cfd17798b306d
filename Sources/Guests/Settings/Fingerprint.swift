public import ConfigurationFiles
import Diagnostics
import Foundation
import HTTPTransport

/// The SHA-256 digest of a certificate, as hexadecimal pairs separated by colons, in the format of `pvenode cert info`.
public struct Fingerprint: ParsableText {
    let digest: Trust.Digest

    /// The fingerprint in upper case.
    public var description: String { digest.description }

    package init(reading text: String) throws(ParseError) {
        guard let digest = Trust.Digest(text) else {
            throw ParseError(
                text:
                    "invalid SHA-256 fingerprint `\(text)`; expected 32 pairs of hexadecimal digits, separated by colons"
            )
        }
        self.digest = digest
    }
}

/// A public ssh host key, `ssh-ed25519 AAAA…`, without its comment.
public struct HostKey: ParsableText {
    public let type: String
    /// Base64 of the key in its wire format.
    public let blob: String

    public var description: String { "\(type) \(blob)" }

    private static let typeForm = Pattern(/[a-z0-9@.-]+/)

    package init(reading text: String) throws(ParseError) {
        let words = text.split(separator: " ")
        guard words.count >= 2, Self.typeForm.fits(words[0]),
            let data = Data(base64Encoded: String(words[1])),
            HostKey.firstField(of: data) == String(words[0])
        else {
            throw ParseError(
                text:
                    "invalid public host key; expected the line of an `/etc/ssh/ssh_host_*_key.pub`, like `ssh-ed25519 AAAA…`"
            )
        }
        type = String(words[0])
        blob = String(words[1])
    }

    /// Returns the first field of a blob, which is its type after a length of four bytes (RFC 4253, 6.6). Returns nil
    /// if the blob is too short.
    private static func firstField(of blob: Data) -> String? {
        let length = blob.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard blob.count > 4 + length else { return nil }
        return String(data: blob.dropFirst(4).prefix(length), encoding: .utf8)
    }
}
