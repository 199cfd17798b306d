import Foundation

/// Decodes targets and bodies with the peculiarities of APIServer/AnyEvent.pm.
enum FormDecoder {
    /// Splits a text into parameters. Pairs are split at `&` and `;`. Each pair is split at every `=`, and only the
    /// first two parts are kept.
    static func parameters(_ text: String) -> [String: String] {
        var parameters: [String: String] = [:]
        for pair in text.split(whereSeparator: { $0 == "&" || $0 == ";" }) {
            let parts = pair.split(separator: "=", omittingEmptySubsequences: false)
            guard let name = parts.first else { continue }
            let value = parts.count > 1 ? decode(String(parts[1])) : ""
            parameters[decode(String(name))] = value
        }
        // jQuery's cache-busting parameter is dropped.
        parameters["_dc"] = nil
        return parameters
    }

    /// Percent-decodes a text. `+` is a blank.
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

    /// Splits and decodes a path. `+` is literal in a path. Repeated slashes collapse; `%2F` becomes a separator.
    static func path(_ text: String) -> [String] {
        decode(text.split(separator: "+", omittingEmptySubsequences: false).joined(separator: "%2B"))
            .split(separator: "/").map(String.init)
    }

    /// Returns the parameters in the body of a POST or PUT.
    static func body(_ text: String, type: String?) throws -> [String: String] {
        let type = type?.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
        switch type {
        case nil, "application/x-www-form-urlencoded": return parameters(text)
        case "application/json": return try object(text)
        case let type?:
            if text.isEmpty { return [:] }
            throw Failure.transport(506, "upload 'Content-Type '\(type)' not implemented")
        }
    }

    private static func object(_ text: String) throws -> [String: String] {
        if text.drop(while: \.isWhitespace).first == "[" {
            throw Failure.transport(
                500, "Not a HASH reference at /usr/share/perl5/PVE/APIServer/AnyEvent.pm line 957.\n")
        }
        guard let object = try? JSONDecoder().decode([String: Scalar].self, from: Data(text.utf8)) else {
            throw Failure.transport(
                500,
                "malformed JSON string, neither tag, array, object, number, string or atom, at character offset "
                    + "\(text.count) (before \"(end of string)\") at /usr/share/perl5/PVE/APIServer/AnyEvent.pm line 934."
            )
        }
        return object.compactMapValues(\.text)
    }

    private struct Scalar: Decodable {
        var text: String?

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() { return }
            if let flag = try? container.decode(Bool.self) {
                text = flag ? "1" : "0"
            } else if let number = try? container.decode(Int.self) {
                text = String(number)
            } else {
                text = try container.decode(String.self)
            }
        }
    }
}
