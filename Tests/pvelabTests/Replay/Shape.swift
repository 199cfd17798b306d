import Foundation

/// The shape of a response without its values: the keys and types that a decoder sees.
indirect enum Shape: Hashable {
    case null
    case number
    case text
    /// The shapes of its elements, without duplicates.
    case list(Set<Shape>)
    case object([String: Shape])

    init(_ value: Any?) {
        switch value {
        case nil, is NSNull: self = .null
        case is NSNumber: self = .number
        case is String: self = .text
        case let list as [Any]: self = .list(Set(list.map { Shape($0) }))
        case let object as [String: Any]: self = .object(object.mapValues { Shape($0) })
        case let other?: fatalError("\(type(of: other)) is not of JSON")
        }
    }
}

extension Shape: CustomStringConvertible {
    var description: String {
        switch self {
        case .null: "null"
        case .number: "#"
        case .text: "text"
        case .list(let shapes): "[" + shapes.map(\.description).sorted().joined(separator: " | ") + "]"
        case .object(let members):
            "{" + members.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ") + "}"
        }
    }
}
