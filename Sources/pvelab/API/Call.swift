/// A request, decoded as pve-http-server does it.
struct Call: Sendable {
    var method: String
    /// The segments below `/api2/json`. They are percent-decoded before they are split.
    var path: [String]
    var parameters: [String: String]
    var caller: Caller
    /// The fault of this call.
    var fault: APIFault.Kind?
}
