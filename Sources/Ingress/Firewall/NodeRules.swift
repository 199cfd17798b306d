import ConfigurationFiles
import Engine
import RemoteShell
import Resources

/// The ufw rules on a Proxmox node that concern one guest.
///
/// A guest's traffic passes the node's FORWARD chain if the node routes it, or if its bridge passes it to iptables. It
/// never passes INPUT. `ufw route allow` therefore allows mail to the guest, while `ufw allow 25/tcp` opens the node's
/// own port.
struct NodeRules: Sendable, Equatable {
    /// One rule for forwarded traffic, in the form of user.rules and user6.rules.
    struct Rule: Sendable, Hashable {
        package var action: String
        package var `protocol`: String
        package var port: String
        package var destination: String
        var sourcePort: String
        package var source: String
        /// `in`, or the interfaces to which the rule is restricted.
        package var direction: String
        package var comment: String?
    }

    var isInstalled = true
    package var isOn: Bool
    /// Whether traffic that no rule allows is refused.
    var refusesRest: Bool
    /// Whether the guest's traffic passes ufw; nil if it is unknown what routes it.
    package var passes: Bool?
    /// The rules in the order of evaluation, IPv4 before IPv6.
    package var rules: [Rule] = []

    /// Returns the script whose output ``init(_:)`` reads. It exits with 3 if ufw is not installed.
    ///
    /// - Parameter gateway: The guest's gateway. If it is an address of the node, the node routes.
    static func probe(gateway: String?) -> Script {
        """
        PATH=$PATH:/usr/sbin:/sbin
        command -v ufw >/dev/null || exit 3
        grep '^ENABLED=' /etc/ufw/ufw.conf || echo ENABLED=no
        iptables -S ufw-user-forward >/dev/null 2>&1 && echo live || echo absent
        grep '^DEFAULT_FORWARD_POLICY=' /etc/default/ufw || echo DEFAULT_FORWARD_POLICY=
        if [ "$(cat /proc/sys/net/bridge/bridge-nf-call-iptables 2>/dev/null)" = 1 ]; then echo passes
        elif [ -z \(gateway ?? "") ]; then echo unknown
        elif ip -o address show to \(gateway ?? "") | grep -q .; then echo passes
        else echo bypassed; fi
        grep -h '^### tuple ### route:' /etc/ufw/user.rules /etc/ufw/user6.rules || true
        echo ==
        """
    }

    /// - Throws: `UnreadableAnswer`
    init(_ answer: CommandResult) throws {
        if answer.exit == 3, answer.output.isEmpty {
            self.init(isInstalled: false, isOn: false, refusesRest: false)
            return
        }
        let form =
            /ENABLED=(\S*)\n(live|absent)\nDEFAULT_FORWARD_POLICY="?(\w*)"?\n(passes|unknown|bypassed)\n((?:### tuple ### .*\n)*)==\n/
        guard answer.exit == 0, let match = answer.text.wholeMatch(of: form) else {
            throw UnreadableAnswer(expected: "ufw's settings", answer: answer)
        }
        self.init(
            isOn: match.1.lowercased() == "yes" && match.2 == "live",
            refusesRest: match.3 != "ACCEPT",
            passes: match.4 == "unknown" ? nil : match.4 == "passes",
            rules: match.5.split(separator: "\n").compactMap { Rule($0) }
        )
    }

    package init(isInstalled: Bool = true, isOn: Bool, refusesRest: Bool, passes: Bool? = nil, rules: [Rule] = []) {
        self.isInstalled = isInstalled
        self.isOn = isOn
        self.refusesRest = refusesRest
        self.passes = passes
        self.rules = rules
    }

    /// Why the rules have no effect, the most serious reason first; nil if they have.
    var weakness: FirewallError.Weakness? {
        if !isInstalled { return .absent }
        if !isOn { return .off }
        if passes == false { return .bypassed }
        return refusesRest ? nil : .letsAllPass
    }

    /// Returns the first rule that is not ours and refuses all that a later rule of ours allows.
    package func refusal(of wanted: Rule) -> Rule? {
        let before = rules.prefix { !$0.allowsSame(as: wanted) }
        return before.first { $0.refusesAll(of: wanted) }
    }
}

extension NodeRules.Rule {
    /// `### tuple ### route:allow tcp 25 10.2.0.25 any 0.0.0.0/0 in comment=6d78…`
    package init?(_ line: Substring) {
        let words = line.split(separator: " ").map(String.init)
        guard words.count >= 10, words[3].hasPrefix("route:") else { return nil }
        self.init(
            action: String(words[3].dropFirst(6).prefix { $0 != "_" }),
            protocol: words[4],
            port: words[5],
            destination: words[6],
            sourcePort: words[7],
            source: words[8],
            direction: words[9],
            comment: words.dropFirst(10).first { $0.hasPrefix("comment=") }.flatMap { Self.text(hex: $0.dropFirst(8)) }
        )
    }

    /// Allows all sources to connect to one port of an address.
    init(allowing port: OpenPort, of address: IPAddress, comment: String) {
        self.init(
            action: "allow",
            protocol: port.transport,
            port: String(port.number),
            destination: address.description,
            sourcePort: "any",
            source: address.isIPv6 ? "::/0" : "0.0.0.0/0",
            direction: "in",
            comment: comment
        )
    }

    /// Whether both rules are the same, regardless of their comments.
    func allowsSame(as other: Self) -> Bool {
        var (one, other) = (self, other)
        (one.comment, other.comment) = (nil, nil)
        return one == other
    }

    func refusesAll(of wanted: Self) -> Bool {
        ["deny", "reject"].contains(action) && ["any", wanted.protocol].contains(`protocol`) && direction == "in"
            && source == wanted.source && sourcePort == "any" && covers(port: wanted.port)
            && covers(address: wanted.destination)
    }

    private func covers(port wanted: String) -> Bool {
        guard port != "any", let wanted = Int(wanted) else { return true }
        return port.split(separator: ",").contains { part in
            let ends = part.split(separator: ":").compactMap { Int($0) }
            return ends.first.map { $0 <= wanted } == true && ends.last.map { $0 >= wanted } == true
        }
    }

    private func covers(address wanted: String) -> Bool {
        let parts = destination.split(separator: "/").map(String.init)
        guard let network = parts.first.flatMap({ IPAddress($0) }), let wanted = IPAddress(wanted),
            network.isIPv6 == wanted.isIPv6
        else { return false }
        let length = parts.dropFirst().first.flatMap { Int($0) } ?? network.bytes.count * 8
        return zip(network.bytes, wanted.bytes).enumerated().allSatisfy { index, pair in
            let mask = ~UInt8(truncatingIfNeeded: 0xFF >> min(max(length - index * 8, 0), 8))
            return pair.0 & mask == pair.1 & mask
        }
    }

    /// `tcp 25 to 10.2.0.25`
    package var phrase: String {
        "\(action) \(`protocol`) \(port) to \(destination)" + (source.hasSuffix("/0") ? "" : " from \(source)")
    }

    /// Adds the rule. If the same rule without a comment exists, ufw sets this comment on it.
    var addition: Script {
        "ufw route allow proto \(`protocol`) to \(destination) port \(port) comment \(comment ?? "") >/dev/null"
    }
    var removal: Script { "ufw route delete allow proto \(`protocol`) to \(destination) port \(port) >/dev/null" }

    private static func text(hex: Substring) -> String? {
        let digits = Array(hex)
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(digits[$0...$0 + 1]), radix: 16)
        }
        return bytes.count * 2 == digits.count ? String(decoding: bytes, as: UTF8.self) : nil
    }
}
