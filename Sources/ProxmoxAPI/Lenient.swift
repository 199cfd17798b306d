/// An integer that Proxmox may send as a number or as text, depending on release and code path.
struct LenientInt: Decodable, Sendable, Hashable {
    var value: Int

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int.self) {
            value = number
        } else if let number = try? container.decode(Double.self), let whole = Int(exactly: number) {
            value = whole
        } else {
            let text = try container.decode(String.self)
            guard let number = Int(text) else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "`\(text)` is not an integer")
            }
            value = number
        }
    }
}

/// A flag that Proxmox may send as `0`, `1`, `"0"`, `"1"`, `true` or `false`.
struct LenientBool: Decodable, Sendable, Hashable {
    var value: Bool

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let flag = try? container.decode(Bool.self) {
            value = flag
        } else if let number = try? container.decode(Int.self) {
            value = number != 0
        } else {
            let text = try container.decode(String.self)
            value = Self.isOn(text)
        }
    }

    static func isOn(_ text: String) -> Bool { !["", "0", "no", "off", "false"].contains(text.lowercased()) }
}

/// Any scalar, as the text that Proxmox's configuration files contain.
struct LenientText: Decodable, Sendable, Hashable {
    var value: String

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            value = text
        } else if let number = try? container.decode(Int.self) {
            value = String(number)
        } else if let number = try? container.decode(Double.self) {
            value = String(number)
        } else {
            value = try container.decode(Bool.self) ? "1" : "0"
        }
    }
}
