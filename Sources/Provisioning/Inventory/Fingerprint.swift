import Foundation
import HTTPTransport

/// The SHA-256 digest of a certificate, in pairs of hexadecimal digits with colons, as `pvenode cert info` shows it.
public struct Fingerprint: Notation {
    let digest: Trust.Digest

    /// In capitals.
    public var description: String { digest.description }

    init(reading text: String) throws(Misfit) {
        guard let digest = Trust.Digest(text) else {
            throw Misfit(
                text: "`\(text)` is no SHA-256 fingerprint: 32 pairs of hexadecimal digits with colons are wanted")
        }
        self.digest = digest
    }
}

/// A public ssh host key, `ssh-ed25519 AAAA…`, without its comment.
public struct HostKey: Notation {
    public let type: String
    /// Base 64 of the key's wire form.
    public let blob: String

    public var description: String { "\(type) \(blob)" }

    private static let typeForm = Pattern(/[a-z0-9@.-]+/)

    init(reading text: String) throws(Misfit) {
        let words = text.split(separator: " ")
        guard words.count >= 2, Self.typeForm.fits(words[0]),
            let data = Data(base64Encoded: String(words[1])),
            HostKey.firstField(of: data) == String(words[0])
        else {
            throw Misfit(
                text:
                    "this is no public host key; the line of an `/etc/ssh/ssh_host_*_key.pub`, like `ssh-ed25519 AAAA…`, is wanted"
            )
        }
        type = String(words[0])
        blob = String(words[1])
    }

    /// RFC 4253, 6.6: the blob begins with its type, behind a length of four bytes.
    private static func firstField(of blob: Data) -> String? {
        let length = blob.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard blob.count > 4 + length else { return nil }
        return String(data: blob.dropFirst(4).prefix(length), encoding: .utf8)
    }
}
