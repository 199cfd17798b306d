/// A refusal in Proxmox's words. There is no 404, 409 or 423: everything but what is listed here is a 500.
struct Failure: Error, Sendable, Equatable {
    var status: Int
    /// Its first line becomes the reason phrase.
    var message: String
    var errors: [String: String] = [:]
    /// Raised by the HTTP layer: the body is plain text.
    var isTransport = false
    /// Nothing but the status line.
    var isSilent = false

    /// As the body gives it.
    var text: String { message.hasSuffix("\n") || status == 501 ? message : message + "\n" }

    static func internalError(_ message: String) -> Failure { Failure(status: 500, message: message) }

    /// PVE::Exception, raise_param_exc.
    static func parameters(_ errors: [String: String]) -> Failure {
        Failure(status: 400, message: "Parameter verification failed.", errors: errors)
    }

    static func forbidden(_ path: String, _ privileges: [String]) -> Failure {
        Failure(status: 403, message: "Permission check failed (\(path), \(privileges.joined(separator: "|")))")
    }

    static func unauthorized(_ message: String) -> Failure {
        silent(401, message)
    }

    static func silent(_ status: Int, _ message: String) -> Failure {
        Failure(status: status, message: message, isTransport: true, isSilent: true)
    }

    static func transport(_ status: Int, _ message: String) -> Failure {
        Failure(status: status, message: message, isTransport: true)
    }

    /// PVE::Cluster: the configuration is read from the node's own folder.
    static func noConfiguration(_ node: String, _ id: Int) -> Failure {
        .internalError("Configuration file 'nodes/\(node)/lxc/\(id).conf' does not exist")
    }
}

/// What a call answers with.
struct Answer: Sendable {
    var data: JSON
    /// Only of lists with paging, and not where it is 0.
    var total: Int?

    init(_ data: JSON, total: Int? = nil) {
        self.data = data
        self.total = total
    }
}
