/// What the daemon answers to a command line that another process of the lab hands to it.
struct ControlAnswer: Sendable, Codable, Hashable {
    /// The exit status that the asking process is to end with.
    var status: Int32 = 0
    var output = ""
    var error = ""
}
