/// A port at which a guest accepts connections, like `53/udp`.
public struct NetworkPort: ParsableText {
    public enum Transport: String, Sendable, Hashable {
        case tcp, udp
    }

    public let number: Int
    public let transport: Transport

    public init(_ number: Int, _ transport: Transport = .tcp) {
        self.number = number
        self.transport = transport
    }

    package init(reading text: String) throws(ParseError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let transport = Transport(rawValue: String(parts[1])), parts[0].first != "0",
            parts[0].allSatisfy({ $0.isASCII && $0.isNumber }), let number = UInt16(parts[0])
        else { throw ParseError(text: "invalid value `\(text)`; expected a port like `25/tcp`") }
        self.init(Int(number), transport)
    }

    public var description: String { "\(number)/\(transport.rawValue)" }
}
