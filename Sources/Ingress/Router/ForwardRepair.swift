import Resources
package import UniFiAPI

/// The change that makes a console's port forwards match a desired one.
enum ForwardRepair: Equatable {
    case nothing
    case add(PortForwardRule)
    case set(PortForwardRule, on: PortForward)

    /// Compares only the fields that we set. The others are left to the console and its users.
    ///
    /// - Throws: ``RouterError/portTaken(_:console:name:target:own:)`` if a forward of another name has the port;
    ///   ``RouterError/severalOfTheName(_:console:count:)``
    init(of desired: PortForwardRule, port: OpenPort, among found: [PortForward], console: String)
        throws(RouterError)
    {
        if let other = found.first(where: {
            $0.rule.name != desired.name && $0.rule.claims(port: port.number, by: port.transport, of: desired.interface)
        }) {
            let target = "\(other.rule.address) port \(other.rule.addressPort)"
            throw .portTaken(
                port.description, console: console, name: other.rule.name, target: target, own: desired.name)
        }
        let own = found.filter { $0.rule.name == desired.name }
        guard own.count < 2 else { throw .severalOfTheName(desired.name, console: console, count: own.count) }
        guard let first = own.first else {
            self = .add(desired)
            return
        }
        self = first.rule == desired ? .nothing : .set(desired, on: first)
    }

    var changes: [Change] {
        switch self {
        case .nothing: []
        case .add(let rule): [Change(rule.name, from: nil, to: rule.phrase)]
        case .set(let rule, let found):
            zip(found.rule.fields, rule.fields).filter { $0.value != $1.value }
                .map { Change("\(rule.name): \($0.name)", from: $0.value, to: $1.value) }
        }
    }
}

extension PortForwardRule {
    /// `wan tcp 25 → 10.2.0.25 port 25`
    package var phrase: String { "\(interface) \(transport) \(port) → \(address) port \(addressPort)" }
}
