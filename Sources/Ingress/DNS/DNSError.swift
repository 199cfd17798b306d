public import ConfigurationFiles
import Engine
public import Foundation
public import Resources

/// Why a query of the public DNS or an update failed.
public enum DNSError: Error, Sendable, Equatable {
    case noProgram(String)
    /// The server did not answer at all; nil is this machine's resolver.
    case unanswered(server: NameServer?, reason: String)
    /// The server's answer was neither NOERROR nor NXDOMAIN.
    case failedQuestion(server: String, question: String, status: String)
    /// The server answered, but not with authority.
    case notAuthoritative(server: String, question: String)
    case noNameServers(zone: String)
    /// The name of a zone's server has no address.
    case noAddress(server: String)
    /// A manually edited zone still has an MX for a guest that is to be deleted.
    case stillPublished(site: String, server: String)
    /// The inventory has no server and key for updates.
    case noUpdateAccess(site: String)
    /// `said` is what nsupdate printed.
    case update(server: String, zone: String, UpdateRefusal, said: String)
    /// The server accepted the update, but a query afterwards returns something else.
    case notAdopted(server: String, zone: String, [Change])
}

/// Why a server did not make an update (RFC 2136, 2.2; RFC 8945, 5.2).
public enum UpdateRefusal: Sendable, Equatable {
    /// BADKEY: the server does not know the key.
    case unknownKey(String)
    /// BADSIG: the server has another secret or algorithm for the key.
    case wrongSignature(key: String)
    /// BADTIME: the clocks differ by more than five minutes.
    case clocksDiffer
    /// NOTAUTH without a TSIG error, or a reply that cannot be verified. Servers report several causes in this way.
    case unverified(key: String, answer: String)
    /// NOTZONE: a name in the update is in none of the server's zones.
    case notItsZone
    /// NOTIMP: the server does not support updates.
    case notImplemented
    /// REFUSED: the update is not allowed. Some servers also refuse what they cannot verify, as with
    /// ``unverified(key:answer:)``.
    case notAllowed(key: String)
    /// SERVFAIL
    case serverFailure
    /// YXRRSET and similar: the zone has changed since the update was prepared.
    case changedMeanwhile
    case unanswered(reason: String)
    case other(String)
}

extension DNSError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .noProgram(let name): "`\(name)` is not installed on this machine"
        case .unanswered(let server?, _): "the name server \(server) does not answer"
        case .unanswered(nil, _): "the resolver of this machine does not answer"
        case .failedQuestion(let server, let question, _): "query for \(question) failed on the name server \(server)"
        case .notAuthoritative(let server, let question):
            "the name server \(server) is not authoritative for \(question)"
        case .noNameServers(let zone): "cannot find the name servers of the zone \(zone)"
        case .noAddress(let server): "the name server \(server) has no address"
        case .stillPublished(let site, let server): "\(server) still publishes the MX record for the guest of `\(site)`"
        case .noUpdateAccess(let site): "cannot change the DNS records of `\(site)`: the inventory has no `dns.update`"
        case .update(let server, let zone, _, _): "the zone \(zone) could not be changed on \(server)"
        case .notAdopted(let server, let zone, _):
            "\(server) accepted the update of the zone \(zone), but returns different records"
        }
    }

    public var failureReason: String? {
        switch self {
        case .unanswered(_, let reason): reason
        case .failedQuestion(_, _, let status): "status: \(status)"
        case .update(_, _, let refusal, let said):
            ([refusal.reason] + said.split(whereSeparator: \.isNewline).suffix(3).map { "nsupdate: \($0.prefix(300))" })
                .joined(separator: "\n")
        case .notAdopted(_, _, let changes):
            changes.map { "\($0.subject) is \($0.before ?? "absent"), expected \($0.after ?? "absent")" }
                .joined(separator: "\n")
        case .noProgram, .notAuthoritative, .noNameServers, .noAddress, .stillPublished, .noUpdateAccess:
            nil
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .noProgram: "Install it: `apt-get install bind9-dnsutils`."
        case .unanswered(let server?, _):
            "Check that it is reachable from this machine by UDP and TCP: `dig @\(server.host) -p \(server.port) . SOA`."
        case .unanswered(nil, _): "Check the name servers in /etc/resolv.conf, or set `dns.resolver` in the inventory."
        case .failedQuestion(_, _, "SERVFAIL"):
            "Check the server's log: the zone may not be loaded (`named-checkconf -z`)."
        case .failedQuestion:
            "Check that the server serves the zone and allows queries from this machine (`allow-query`)."
        case .notAuthoritative:
            "Check that the server serves the zone, and that `dns.authoritative` or the zone's NS records name the right servers."
        case .noNameServers(let zone):
            "Check the delegation: `dig +trace NS \(zone)`. If it is part of another zone, add that zone to `dns.zones`."
        case .noAddress(let server): "Check the zone's NS records: `dig \(server)`."
        case .stillPublished(let site, _):
            "Remove its MX from the zone, wait for the TTL, and run the command again. `mxprovision teardown \(site) --now` skips this check."
        case .noUpdateAccess(let site):
            "Add `dns.update` to the inventory, or add these records to the zone manually: `mxprovision dns \(site)`."
        case .update(_, let zone, let refusal, _): refusal.suggestion(zone: zone)
        case .notAdopted:
            "Check the server's log: it ignores records that cannot coexist with others, such as an alias (CNAME)."
        }
    }
}

extension UpdateRefusal {
    /// Returns what to check if a server does not say why it rejects a signed update.
    private static func causes(of key: String, zone: String) -> String {
        "Check that the name `\(key)`, algorithm and secret in `dns.update.key` match the server's; that the clocks differ by less than 5 minutes (`timedatectl`); that the server allows the key to change the zone (BIND: `update-policy { grant \(key) zonesub ANY; };`, Knot: an `acl` with `action: update`); that it is the zone's primary (`dig +short SOA \(zone)` names it first)"
    }

    fileprivate var reason: String {
        switch self {
        case .unknownKey(let key): "it does not know the TSIG key `\(key)` (BADKEY)"
        case .wrongSignature(let key): "its TSIG key `\(key)` has another secret or algorithm (BADSIG)"
        case .clocksDiffer: "its clock and this machine's differ by more than five minutes (BADTIME)"
        case .unverified(let key, let answer):
            "it rejects the signature of the TSIG key `\(key)`, or is not the primary server of the zone (\(answer))"
        case .notItsZone: "a name in the update is in none of its zones (NOTZONE)"
        case .notImplemented: "it does not support dynamic updates (NOTIMP)"
        case .notAllowed(let key):
            "it does not allow the TSIG key `\(key)` to make this change, rejects its signature, or does not accept updates (REFUSED)"
        case .serverFailure: "the server has an internal error (SERVFAIL)"
        case .changedMeanwhile: "another client changed the zone during the update; nothing was changed"
        case .unanswered(let reason): reason
        case .other(let text): text
        }
    }

    fileprivate func suggestion(zone: String) -> String {
        switch self {
        case .unknownKey(let key):
            "Add the key to the server (`tsig-keygen \(key)`), or set `dns.update.key` to a key of the server. The name and the algorithm must be the same on both sides."
        case .wrongSignature:
            "Compare the secret and the algorithm in `dns.update.key` with the server's `key` clause."
        case .clocksDiffer: "Correct the wrong clock: `timedatectl set-ntp true`."
        case .unverified(let key, _): Self.causes(of: key, zone: zone) + "."
        case .notItsZone:
            "Add the zone that contains it to `dns.zones`; `dig +short SOA \(zone)` names the primary server first."
        case .notImplemented:
            "Set `dns.update.server` to the zone's primary (`dig +short SOA \(zone)` names it first), and allow updates there: PowerDNS needs `dnsupdate=yes`; NSD does not support updates."
        case .notAllowed(let key):
            Self.causes(of: key, zone: zone)
                + "; that updates are enabled (PowerDNS: `dnsupdate=yes`, ALLOW-DNSUPDATE-FROM, TSIG-ALLOW-DNSUPDATE); that the MX's host has an address in the zone (BIND refuses an MX without one). The server's log has the reason."
        case .serverFailure: "Check the server's log. named must be able to write its journal to the zone's folder."
        case .changedMeanwhile: "Run the command again; it reads the zone again."
        case .unanswered:
            "Check that the server's TCP port is reachable from this machine, and run the command again."
        case .other: "Check the server's log."
        }
    }
}
