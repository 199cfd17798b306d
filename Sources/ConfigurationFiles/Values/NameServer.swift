/// A name server with an optional port: `192.0.2.53` or `192.0.2.53 port 5353`, as in BIND's configuration files.
public struct NameServer: ParsableText {
    /// A host name or an address.
    public let host: String
    /// The port, 53 by default.
    public let port: Int

    public var description: String { port == 53 ? host : "\(host) port \(port)" }

    package init(host: String, port: Int = 53) {
        self.host = host
        self.port = port
    }

    package init(reading text: String) throws(ParseError) {
        let words = text.split(separator: " ")
        let host = try Host(reading: words.first.map(String.init) ?? "").description
        switch words.count {
        case 1: self.init(host: host)
        case 3:
            guard words[1] == "port", words[2].wholeMatch(of: /[1-9][0-9]*/) != nil, let port = Int(words[2]),
                port <= 65535
            else { fallthrough }
            self.init(host: host, port: port)
        default:
            throw ParseError(text: "invalid name server `\(text)`; expected `192.0.2.53` or `192.0.2.53 port 5353`")
        }
    }
}
