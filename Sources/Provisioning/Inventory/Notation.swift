/// A value that is written as one text and can be written wrongly.
protocol Notation: Sendable, Hashable, CustomStringConvertible {
    init(reading text: String) throws(Misfit)
}

/// What is wrong with a text, in words for the person who wrote it: "… is no IPv4 or IPv6 address".
struct Misfit: Error, Equatable {
    let text: String
}

extension Parameters {
    mutating func value<T: Notation>(_ key: String, as type: T.Type = T.self) -> T? {
        required(key).flatMap { text($0.value, of: key) }.flatMap { read($0, of: key) }
    }

    mutating func optionalValue<T: Notation>(_ key: String, as type: T.Type = T.self) -> T? {
        optionalString(key).flatMap { read($0, of: key) }
    }

    mutating func values<T: Notation>(_ key: String, as type: T.Type = T.self) -> [T] {
        read(strings(key), of: key).compactMap(\.self)
    }

    mutating func optionalValues<T: Notation>(_ key: String, as type: T.Type = T.self) -> [T]? {
        optionalStrings(key).map { read($0, of: key).compactMap(\.self) }
    }

    /// Item by item; nil for each that is written wrongly.
    mutating func read<T: Notation>(_ texts: [String], of key: String, as type: T.Type = T.self) -> [T?] {
        texts.enumerated().map { item, text in read(text, of: key, item: item) }
    }

    private mutating func read<T: Notation>(_ text: String, of key: String, item: Int? = nil) -> T? {
        do { return try T(reading: text) } catch {
            wrong(key, item: item, "`\(key)`: \(error.text)")
            return nil
        }
    }
}
