/// The daemon's response to a command line from another process of the lab.
struct ControlAnswer: Sendable, Codable, Hashable {
    /// The exit status for the process that sent the command line.
    var status: Int32 = 0
    var output = ""
    var error = ""
}
