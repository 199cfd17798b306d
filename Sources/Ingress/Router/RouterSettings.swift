public import ConfigurationFiles
import Engine
import Yams

/// How mail from the internet reaches the guest through the site's router.
public struct RouterSettings: Sendable, Hashable {
    public enum Way: Sendable, Hashable {
        /// A person creates the port forward that is printed.
        case manual
        /// The gateway of a UniFi console forwards the port.
        case unifi(UniFiAccess)
    }

    public var way: Way
    /// The addresses at which the guest is reached from outside; nil for the desired IPv4 addresses in the public DNS.
    public var outside: [IPAddress]?
    /// The line of the settings in the inventory, counted from 1.
    public var line: Int
}

extension RouterSettings {
    private enum Word: String, CaseIterable { case manual }

    /// Reads `router: manual`, or a section.
    package init?(_ parameters: inout Parameters, key: String) {
        guard let entry = parameters.entry(key) else { return nil }
        guard entry.value.mapping == nil else {
            guard let settings = parameters.section(key, { RouterSettings(&$0, line: entry.line) }) ?? nil else {
                return nil
            }
            self = settings
            return
        }
        guard parameters.optionalChoice(key, of: Word.self) != nil else { return nil }
        self.init(way: .manual, outside: nil, line: entry.line)
    }

    private init?(_ parameters: inout Parameters, line: Int) {
        let outside = parameters.optionalValues("outside", as: IPAddress.self)
        switch parameters.exactlyOne(of: ["manual", "unifi"], for: "forward the port") {
        case "manual"?:
            if parameters.optionalBoolean("manual") == false {
                parameters.wrong("manual", "`manual` is `false`; remove `router` if the port needs no forward")
            }
            self.init(way: .manual, outside: outside, line: line)
        case _?:
            guard let access = parameters.section("unifi", { UniFiAccess(&$0) }) ?? nil else { return nil }
            self.init(way: .unifi(access), outside: outside, line: line)
        case nil: return nil
        }
    }
}
