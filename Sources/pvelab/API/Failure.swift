/// An error response in Proxmox's words. There is no 404, 409 or 423: everything that is not listed here is a 500.
struct Failure: Error, Sendable, Equatable {
    var status: Int
    /// The message. Its first line becomes the reason phrase.
    var message: String
    var errors: [String: String] = [:]
    /// Whether the HTTP layer raises the error. The body is then plain text.
    var isTransport = false
    /// Whether the response consists of the status line only.
    var isSilent = false

    /// The message in the format of the body.
    var text: String { message.hasSuffix("\n") || status == 501 ? message : message + "\n" }

    static func internalError(_ message: String) -> Failure { Failure(status: 500, message: message) }

    /// Returns a 400 with the errors by parameter (PVE::Exception, raise_param_exc).
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

    /// Returns the error for a missing configuration (PVE::Cluster). The configuration is read from the node's own
    /// folder.
    static func noConfiguration(_ node: String, _ id: Int) -> Failure {
        .internalError("Configuration file 'nodes/\(node)/lxc/\(id).conf' does not exist")
    }
}

/// The result of a call.
struct Answer: Sendable {
    var data: JSON
    /// The number of all entries. Set only for lists with paging, and omitted if it is 0.
    var total: Int?

    init(_ data: JSON, total: Int? = nil) {
        self.data = data
        self.total = total
    }
}
