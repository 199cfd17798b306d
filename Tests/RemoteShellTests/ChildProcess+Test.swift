@testable import RemoteShell

extension ChildProcess {
    /// A program that a test streams to.
    static func test(_ executable: String, _ arguments: [String]) -> ChildProcess {
        ChildProcess(
            executable: executable, arguments: arguments, wait: Wait(.program, for: "a test"), host: "this machine")
    }
}
