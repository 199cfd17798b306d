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
        case .failedQuestion(let server, let question, _): "the name server \(server) does not tell \(question)"
        case .notAuthoritative(let server, let question):
            "the name server \(server) does not answer for \(question) out of a zone of its own"
        case .noNameServers(let zone): "no name servers of the zone \(zone) are to be found"
        case .noAddress(let server): "the name server \(server) has no address"
        case .stillPublished(let site, let server): "\(server) still sends senders to the guest of `\(site)`"
        case .noUpdateAccess(let site): "the inventory names no server that takes the records of `\(site)`"
        case .update(let server, let zone, _, _): "the zone \(zone) could not be changed on \(server)"
        case .notAdopted(let server, let zone, _):
            "\(server) took the change of the zone \(zone), and says something else than it was told"
        }
    }

    public var failureReason: String? {
        switch self {
        case .unanswered(_, let reason): reason
        case .failedQuestion(_, _, let status): "its answer is \(status)"
        case .update(_, _, let refusal, let said):
            ([refusal.reason] + said.split(whereSeparator: \.isNewline).suffix(3).map { "nsupdate: \($0.prefix(300))" })
                .joined(separator: "\n")
        case .notAdopted(_, _, let changes):
            changes.map { "\($0.subject): \($0.before ?? "nothing") where \($0.after ?? "nothing") was told" }
                .joined(separator: "\n")
        case .noProgram, .notAuthoritative, .noNameServers, .noAddress, .stillPublished, .noUpdateAccess:
            nil
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .noProgram: "`apt-get install bind9-dnsutils`"
        case .unanswered(let server?, _):
            "See that it is reached from here by UDP and TCP: `dig @\(server.host) -p \(server.port) . SOA`."
        case .unanswered(nil, _): "See what /etc/resolv.conf names, or name a resolver in `dns.resolver`."
        case .failedQuestion(_, _, "SERVFAIL"):
            "See the server's log; the zone may not have loaded: `named-checkconf -z`."
        case .failedQuestion: "See that the server serves the zone, and that this machine may ask it (`allow-query`)."
        case .notAuthoritative:
            "See that the server serves the zone, and that `dns.authoritative` or the zone's NS records name the right ones."
        case .noNameServers(let zone):
            "See what the parent says: `dig +trace NS \(zone)`; or, where it is a part of another zone, name that one in `dns.zones`."
        case .noAddress(let server): "See what the zone's NS records name: `dig \(server)`."
        case .stillPublished(let site, _):
            "Take its MX out of the zone, wait for its TTL, and run the command again; `mxprovision teardown \(site) --now` does not look."
        case .noUpdateAccess: "Give `dns.update` in the inventory, or put in by hand what `mxprovision dns` prints."
        case .update(_, let zone, let refusal, _): refusal.suggestion(zone: zone)
        case .notAdopted:
            "See the server's log: it ignores records that cannot stand beside others, like an alias (CNAME)."
        }
    }
}

extension UpdateRefusal {
    /// Returns what to check if a server does not say why it rejects a signed update.
    private static func causes(of key: String, zone: String) -> String {
        "Check each: the key's name `\(key)`, algorithm and secret in `dns.update.key` against the server's; both clocks (more than 5 minutes apart is too much: `timedatectl`); whether the server lets the key change the zone (BIND: `update-policy { grant \(key) zonesub ANY; };`, Knot: an `acl` with `action: update`); whether it is the zone's primary (`dig +short SOA \(zone)` names it first)"
    }

    fileprivate var reason: String {
        switch self {
        case .unknownKey(let key): "it does not know the TSIG key `\(key)` (BADKEY)"
        case .wrongSignature(let key): "it has the TSIG key `\(key)` with another secret or algorithm (BADSIG)"
        case .clocksDiffer: "its clock and this machine's are more than five minutes apart (BADTIME)"
        case .unverified(let key, let answer):
            "it does not accept the signature by the TSIG key `\(key)`, or is not the primary server of the zone (\(answer))"
        case .notItsZone: "a name of the change is in none of its zones (NOTZONE)"
        case .notImplemented: "it takes no dynamic updates (NOTIMP)"
        case .notAllowed(let key):
            "it does not let the TSIG key `\(key)` make this change, does not accept its signature, or takes no updates (REFUSED)"
        case .serverFailure: "it has a trouble of its own (SERVFAIL)"
        case .changedMeanwhile: "somebody else changed the zone meanwhile; nothing was done"
        case .unanswered(let reason): reason
        case .other(let text): text
        }
    }

    fileprivate func suggestion(zone: String) -> String {
        switch self {
        case .unknownKey(let key):
            "Add the key to the server (`tsig-keygen \(key)`), or name in `dns.update.key` the one that it has; its name and its algorithm must be the same on both sides."
        case .wrongSignature:
            "Compare secret and algorithm in `dns.update.key` with those in the server's `key` clause."
        case .clocksDiffer: "Set the clock that is wrong: `timedatectl set-ntp true`."
        case .unverified(let key, _): Self.causes(of: key, zone: zone) + "."
        case .notItsZone:
            "Name the zone that holds it in `dns.zones`; `dig +short SOA \(zone)` names the primary server first."
        case .notImplemented:
            "Put the zone's primary into `dns.update.server` (`dig +short SOA \(zone)` names it first), and allow updates there: PowerDNS needs `dnsupdate=yes`; NSD takes none."
        case .notAllowed(let key):
            Self.causes(of: key, zone: zone)
                + "; whether updates are on (PowerDNS: `dnsupdate=yes`, ALLOW-DNSUPDATE-FROM, TSIG-ALLOW-DNSUPDATE); whether the MX's host has an address in the zone, without which BIND refuses the MX. The server's log has the reason."
        case .serverFailure: "See the server's log; named must be able to write the zone's folder, for its journal."
        case .changedMeanwhile: "Run the command again: it looks anew."
        case .unanswered:
            "See that the server's TCP port is reached from here, and run the command again: it looks anew."
        case .other: "See the server's log."
        }
    }
}
