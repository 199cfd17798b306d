import Subprocess

extension Executable {
    /// Resolves a program of the PATH before it is spawned: Subprocess itself forks once for each folder that it
    /// searches.
    static func found(_ name: String, in variables: [String: String]) async -> Executable {
        let program = Executable.name(name)
        let path = variables["PATH"].map { Environment.custom(["PATH": $0]) } ?? .inherit
        // If the program is not found, spawning it reports that.
        return (try? await program.resolveExecutablePath(in: path)).map { .path($0) } ?? program
    }
}
