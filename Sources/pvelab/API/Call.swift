/// A request, decoded as pve-http-server does it.
struct Call: Sendable {
    var method: String
    /// Segments below `/api2/json`, percent-decoded before they are split.
    var path: [String]
    var parameters: [String: String]
    var caller: Caller
}

/// Decoding of targets and forms, with the traps of APIServer/AnyEvent.pm.
enum FormDecoder {
    /// Pairs are split at `&` and `;`; each is split at every `=`, and only the first two parts are kept.
    static func parameters(_ text: String) -> [String: String] {
        var parameters: [String: String] = [:]
        for pair in text.split(whereSeparator: { $0 == "&" || $0 == ";" }) {
            let parts = pair.split(separator: "=", omittingEmptySubsequences: false)
            guard let name = parts.first else { continue }
            let value = parts.count > 1 ? decode(String(parts[1])) : ""
            parameters[decode(String(name))] = value
        }
        // jQuery's cache breaker is dropped.
        parameters["_dc"] = nil
        return parameters
    }

    /// `+` is a blank.
    static func decode(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+") {
                bytes.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// In a path `+` is itself. Repeated slashes collapse; `%2F` becomes a separator.
    static func path(_ text: String) -> [String] {
        decode(text.split(separator: "+", omittingEmptySubsequences: false).joined(separator: "%2B"))
            .split(separator: "/").map(String.init)
    }
}
