/// A request, decoded as pve-http-server does it.
struct Call: Sendable {
    var method: String
    /// Segments below `/api2/json`, percent-decoded before they are split.
    var path: [String]
    var parameters: [String: String]
    var caller: Caller
    /// What is to go wrong.
    var fault: APIFault.Kind?
}
