import Foundation

/// A JSON value, and the encoder of everything that is printed as JSON.
enum JSON: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case text(String)
    case array([JSON])
    case object([String: JSON])

    /// An encoder that accepts every number and date. Those that JSON cannot represent become a string or null.
    static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            if let text = date.timestamp { try container.encode(text) } else { try container.encodeNil() }
        }
        return encoder
    }

    /// Converts a value.
    ///
    /// - Throws: `EncodingError`
    init(_ value: some Encodable) throws {
        // The array is needed because an optional without a value encodes nothing by itself.
        let data = try Self.encoder.encode([value])
        guard case .array(let values) = try JSONDecoder().decode(JSON.self, from: data), let first = values.first else {
            self = .null
            return
        }
        self = first
    }
}

extension JSON: Codable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        self =
            if container.decodeNil() {
                .null
            } else if let value = try? container.decode(Bool.self) {
                .bool(value)
            } else if let value = try? container.decode(Int64.self) {
                .integer(value)
            } else if let value = try? container.decode(Double.self) {
                .number(value)
            } else if let value = try? container.decode(String.self) {
                .text(value)
            } else if let value = try? container.decode([JSON].self) {
                .array(value)
            } else {
                .object(try container.decode([String: JSON].self))
            }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}

extension Date {
    /// The date in ISO 8601, such as `2026-11-29T07:00:00Z`, or nil outside the years 1 to 9999 of ISO 8601.
    var timestamp: String? {
        guard (-62_135_596_800.0..<253_402_300_800.0).contains(timeIntervalSince1970) else { return nil }
        return formatted(.iso8601)
    }
}
