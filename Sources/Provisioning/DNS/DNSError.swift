public import Foundation

/// Why the public DNS could not be asked, or not be changed.
public enum DNSError: Error, Sendable, Equatable {
    case noProgram(String)
    /// The server, or this machine's resolver where it is nil, did not answer at all.
    case unanswered(server: NameServer?, reason: String)
    /// The server answered with something else than NOERROR or NXDOMAIN.
    case failedQuestion(server: String, question: String, status: String)
    /// The server answered, but not out of a zone of its own.
    case notAuthoritative(server: String, question: String)
    case noNameServers(zone: String)
    /// The name of a zone's server leads nowhere.
    case noAddress(server: String)
    /// A zone that is edited by hand still sends senders to a guest that is to go.
    case stillPublished(site: String, server: String)
    /// The inventory names no server and key for updates.
    case noUpdateAccess(site: String)
    /// The secret of the key is not base64. It is not shown.
    case unusableKey(name: String)
    case update(server: String, zone: String, UpdateRefusal)
    /// The server took the update, and says something else than it was told.
    case notAdopted(server: String, zone: String, [Change])
}

/// What became of an update that was not carried out (RFC 2136, 2.2; RFC 8945, 5.2).
public enum UpdateRefusal: Sendable, Equatable {
    /// BADKEY: the server does not know the key.
    case unknownKey(String)
    /// BADSIG: the server knows the key with another secret or algorithm.
    case wrongSignature(key: String)
    /// BADTIME: the clocks differ by more than five minutes.
    case clocksDiffer
    /// NOTAUTH, NOTZONE: the server is not the zone's primary.
    case notItsZone
    /// REFUSED: known, and not allowed.
    case notAllowed(key: String)
    /// SERVFAIL
    case serverFailure
    /// YXRRSET and its like: the zone is not any more what the change was made for.
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
        case .unusableKey(let name): "the secret of the TSIG key `\(name)` is not base64"
        case .update(let server, let zone, _): "the zone \(zone) could not be changed on \(server)"
        case .notAdopted(let server, let zone, _):
            "\(server) took the change of the zone \(zone), and says something else than it was told"
        }
    }

    public var failureReason: String? {
        switch self {
        case .unanswered(_, let reason): reason
        case .failedQuestion(_, _, let status): "its answer is \(status)"
        case .update(_, _, let refusal): refusal.reason
        case .notAdopted(_, _, let changes):
            changes.map { "\($0.subject): \($0.before ?? "nothing") where \($0.after ?? "nothing") was told" }
                .joined(separator: "\n")
        case .noProgram, .notAuthoritative, .noNameServers, .noAddress, .stillPublished, .noUpdateAccess, .unusableKey:
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
        case .unusableKey: "Give what stands behind `secret` in the key's file, as `tsig-keygen` prints it, alone."
        case .update(_, let zone, let refusal): refusal.suggestion(zone: zone)
        case .notAdopted:
            "See the server's log: it ignores records that cannot stand beside others, like an alias (CNAME)."
        }
    }
}

extension UpdateRefusal {
    fileprivate var reason: String {
        switch self {
        case .unknownKey(let key): "it does not know the TSIG key `\(key)` (BADKEY)"
        case .wrongSignature(let key): "it has the TSIG key `\(key)` with another secret or algorithm (BADSIG)"
        case .clocksDiffer: "its clock and this machine's are more than five minutes apart (BADTIME)"
        case .notItsZone: "it is not the primary server of that zone (NOTAUTH)"
        case .notAllowed(let key):
            "the key `\(key)` may not make this change there, or the change is one that it does not take (REFUSED)"
        case .serverFailure: "it has a trouble of its own (SERVFAIL)"
        case .changedMeanwhile: "somebody else changed the zone meanwhile; nothing was done"
        case .unanswered(let reason): reason
        case .other(let text): text
        }
    }

    fileprivate func suggestion(zone: String) -> String {
        switch self {
        case .unknownKey(let key):
            "Add the key to the server (`tsig-keygen \(key)`), or name in `dns.update.key` the one that it has; names count."
        case .wrongSignature:
            "Compare secret and algorithm in `dns.update.key` with those in the server's `key` clause."
        case .clocksDiffer: "Set the clock that is wrong: `timedatectl set-ntp true`."
        case .notItsZone: "Put the zone's primary into `dns.update.server`: `dig +short SOA \(zone)` names it first."
        case .notAllowed(let key):
            "Allow it in the zone's clause on the server: `update-policy { grant \(key) zonesub ANY; };`, and see the server's log: BIND refuses an MX whose host has no address there."
        case .serverFailure: "See the server's log; named must be able to write the zone's folder, for its journal."
        case .changedMeanwhile: "Run the command again: it looks anew."
        case .unanswered:
            "See that the server's TCP port is reached from here, and run the command again: it looks anew."
        case .other: "See the server's log."
        }
    }
}
