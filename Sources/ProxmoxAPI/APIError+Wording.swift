import Diagnostics
public import Foundation

extension APIError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .unreachable(let endpoint, _): "the Proxmox API at \(endpoint) cannot be reached"
        case .untrusted(let endpoint, .some, _):
            "the certificate of \(endpoint) does not match the `fingerprint` in the inventory"
        case .untrusted(let endpoint, nil, _):
            "the certificate of \(endpoint) cannot be verified with the `ca` in the inventory"
        case .authorityUnreadable(let file): "cannot use the CA file \(file)"
        case .answerLost(let endpoint, _): "the connection to \(endpoint) ended before the response arrived"
        case .unauthorized(let endpoint, let who, _): "\(endpoint) rejects the credentials of \(who)"
        case .forbidden(let who, let path?, let privileges?, _): "\(who) lacks \(privileges) on \(path)"
        case .forbidden(let who, _, _, _): "permission denied for \(who)"
        case .invalid: "Proxmox rejected the parameters"
        case .missing(let reason), .locked(let reason), .modified(let reason), .taken(let reason),
            .alreadyRunning(let reason), .notRunning(let reason):
            "Proxmox refused: \(reason)"
        case .refused(let status, let reason): "Proxmox refused (\(status)): \(reason)"
        case .unreadable(let call, _): "cannot parse the response to \(call)"
        case .stillRunning(let task, let seconds): "the task \(task) has not ended after \(seconds) s"
        }
    }

    public var failureReason: String? {
        switch self {
        case .unreachable(_, let reason), .answerLost(_, let reason), .unauthorized(_, _, let reason),
            .forbidden(_, _, _, let reason), .unreadable(_, let reason):
            reason
        case .untrusted(_, let pinned, let shown):
            [pinned.map { "pinned  \($0)" }, shown.map { "shown   \($0)" }].compactMap(\.self).joined(separator: "\n")
        case .invalid(let reason, let errors):
            ([reason] + errors.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }).joined(separator: "\n")
        case .authorityUnreadable: "it is missing, not readable, or not a PEM certificate"
        case .missing, .locked, .modified, .taken, .alreadyRunning, .notRunning, .refused, .stillRunning: nil
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .unreachable:
            "Check that the node is up and that this machine can reach it (`proxmox: address:` and `port:`)."
        case .untrusted(_, .some, _):
            "If the node's certificate was renewed, read its fingerprint on the node (`pvenode cert info`, under `pve-ssl.pem`; under `pveproxy-ssl.pem` if that is listed) and put it into the inventory."
        case .untrusted, .authorityUnreadable: "Copy the CA file from the node: /etc/pve/pve-root-ca.pem."
        case .answerLost: "Run the command again: it first checks what was done."
        case .unauthorized(_, let who, let reason): Self.advice(toEnterAs: who, reason)
        case .forbidden(let who, let path?, let privileges?, _):
            """
            On the node, as root: \(Right.commands(granting: [Self.right(privileges, on: path)], to: who)
                .map { "`\($0)`" }.joined(separator: ", then ")). `mxprovision doctor` lists everything that is missing.
            """
        case .locked(let reason) where lock == nil:
            reason.contains("cfs-lock")
                ? "Another process is changing the cluster's configuration: run the command again."
                : "Another process is starting, stopping or changing the guest: run the command again."
        case .locked:
            "Wait until the task on the guest has ended, then run the command again. On the node, `pct list` shows which guest is locked, and `pvesh get /cluster/tasks` shows the tasks."
        case .modified: "Another client has changed the guest: run the command again."
        case .taken: "Choose a free number: `pvesh get /cluster/nextid` on the node shows one."
        case .refused(_, let reason):
            RefusalAdvice.advice(for: reason)
                ?? "Fix the cause on the node (`journalctl -u pvedaemon -u pveproxy`) and run the command again; it continues where it stopped."
        case .missing(let reason):
            RefusalAdvice.advice(for: reason)
                ?? "Run the command again: it first checks what exists."
        case .alreadyRunning, .notRunning, .unreadable:
            "Run the command again: it first checks what exists."
        case .stillRunning:
            "Check on the node whether it still runs (`pvesh get /cluster/tasks`), then run the command again."
        case .forbidden(_, _, _, let reason), .invalid(let reason, _): RefusalAdvice.advice(for: reason)
        }
    }

    private static func advice(toEnterAs who: String, _ reason: String) -> String {
        let user = CommandWord.quoted(CallerName.user(of: who))
        if CallerName.isToken(who) {
            return """
                Check on the node that the token exists and has not expired (`pveum user token list \(user)`), and that its secret is \
                the one that Proxmox showed when the token was created.
                """
        }
        if reason.contains("second factor") {
            return
                "Create an API token, on the node as root: `pveum user token add \(user) mxprovision --privsep 0`; then set `token:` instead of `login:`."
        }
        return
            "Check that the password is correct, and on the node that the user exists, is enabled and has not expired (`pveum user list`)."
    }

    /// Returns the right for a list of privileges, one of which is enough: the first of them.
    private static func right(_ privileges: String, on path: String) -> Right {
        Right(String(privileges.prefix { $0 != "|" }), on: path)
    }
}
