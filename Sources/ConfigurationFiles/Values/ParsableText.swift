/// A value that is parsed from one text.
package protocol ParsableText: Sendable, Hashable, CustomStringConvertible {
    init(reading text: String) throws(ParseError)
}

/// The reason why a text cannot be parsed, as a message for its author: "… is not an IPv4 or IPv6 address".
package struct ParseError: Error, Equatable {
    package let text: String

    package init(text: String) {
        self.text = text
    }
}

extension Parameters {
    package mutating func value<T: ParsableText>(_ key: String, as type: T.Type = T.self) -> T? {
        required(key).flatMap { text($0.value, of: key) }.flatMap { read($0, of: key) }
    }

    package mutating func optionalValue<T: ParsableText>(_ key: String, as type: T.Type = T.self) -> T? {
        optionalString(key).flatMap { read($0, of: key) }
    }

    package mutating func values<T: ParsableText>(_ key: String, as type: T.Type = T.self) -> [T] {
        read(strings(key), of: key).compactMap(\.self)
    }

    package mutating func optionalValues<T: ParsableText>(_ key: String, as type: T.Type = T.self) -> [T]? {
        optionalStrings(key).map { read($0, of: key).compactMap(\.self) }
    }

    /// Parses each item. The result has nil in place of each invalid item.
    package mutating func read<T: ParsableText>(_ texts: [String], of key: String, as type: T.Type = T.self) -> [T?] {
        var faults: [(item: Int?, text: String)] = []
        let values = texts.enumerated().map { item, text -> T? in
            do throws(ParseError) { return try T(reading: text) } catch {
                faults.append((item, "`\(key)`: \(error.text)"))
                return nil
            }
        }
        wrong(key, items: faults)
        return values
    }

    private mutating func read<T: ParsableText>(_ text: String, of key: String) -> T? {
        do { return try T(reading: text) } catch {
            misread(key, item: nil, "`\(key)`: \(error.text)")
            return nil
        }
    }
}
