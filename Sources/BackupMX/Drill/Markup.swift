import Alerts
import Engine
import Sites

/// Text for HTML and SVG in which interpolated values are escaped; only other markup is inserted unchanged.
struct Markup: ExpressibleByStringInterpolation, Sendable {
    let text: String

    init(stringLiteral value: String) { text = value }
    init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }

        mutating func appendLiteral(_ literal: String) { text += literal }
        mutating func appendInterpolation(_ value: String) { text += Markup.escaped(value) }
        mutating func appendInterpolation(_ number: Int) { text += String(number) }
        /// Appends a number with one decimal.
        mutating func appendInterpolation(_ number: Double) { text += number.tenths }
        mutating func appendInterpolation(_ markup: Markup) { text += markup.text }
        mutating func appendInterpolation(_ parts: [Markup]) { text += parts.map(\.text).joined(separator: "\n") }
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "'": text += "&#39;"
            // HTML allows no other control characters, not even as references.
            case _ where scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t":
                text += "\u{FFFD}"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

extension Double {
    /// The value rounded to one decimal, with a point in every locale: `12.3`.
    public var tenths: String {
        let rounded = (self * 10).rounded() / 10
        return String(rounded == 0 ? 0 : rounded)
    }
}
