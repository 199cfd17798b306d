public import Foundation
import Secrets

/// A TSIG key (RFC 8945).
public struct TransactionKey: Sendable, Hashable {
    /// The algorithms that are considered secure today. BIND and nsupdate support more.
    public enum Algorithm: String, Sendable, Hashable, CaseIterable {
        case sha256 = "hmac-sha256"
        case sha384 = "hmac-sha384"
        case sha512 = "hmac-sha512"
    }

    /// The name of the key in the server's own configuration.
    public var name: String
    public var algorithm: Algorithm
    /// The source of the key in base64, as `tsig-keygen` prints it.
    public var secret: SecretSource
}

extension TransactionKey {
    package init?(_ parameters: inout Parameters) {
        let name: KeyName? = parameters.value("name")
        let algorithm = parameters.choice("algorithm", default: Algorithm.sha256)
        let secret = SecretSource(&parameters)
        guard let name, let secret else { return nil }
        self.init(name: name.description, algorithm: algorithm, secret: secret)
    }
}

/// The name of a TSIG key: like a host name, but a single label is allowed.
package struct KeyName: ParsableText {
    package let description: String

    package init(reading text: String) throws(ParseError) {
        let name = text.hasSuffix(".") ? String(text.dropLast()) : text
        guard name.wholeMatch(of: /[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*/) != nil, name.count <= 253 else {
            throw ParseError(text: "invalid key name `\(text)`; expected letters, digits, `-`, `_`, `.`")
        }
        description = name.lowercased()
    }
}

/// The reason why the secret of a TSIG key cannot be used. The secret is not shown.
public enum TransactionKeyError: Error, Sendable, Equatable {
    case notBase64(name: String)
}

extension TransactionKeyError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .notBase64(let name): "the secret of the TSIG key `\(name)` is not base64"
        }
    }

    public var recoverySuggestion: String? {
        "Use only the value of `secret` in the key's file, as `tsig-keygen` prints it."
    }
}

extension Secret {
    /// Checks that it is base64 (RFC 4648, 4), as TSIG keys are written.
    ///
    /// - Throws: ``TransactionKeyError/notBase64(name:)``
    package func checkBase64(ofKey name: String) throws(TransactionKeyError) {
        let form = /([A-Za-z0-9+\/]{4})+([A-Za-z0-9+\/]{2}==|[A-Za-z0-9+\/]{3}=)?/
        guard reveal().wholeMatch(of: form) != nil else { throw .notBase64(name: name) }
    }
}
