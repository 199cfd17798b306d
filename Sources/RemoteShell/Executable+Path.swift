import Subprocess

extension Executable {
    /// A program of the PATH, found before anything is spawned: Subprocess itself forks once for each folder that it looks in.
    static func found(_ name: String) async -> Executable {
        let program = Executable.name(name)
        // Where it is not found, the spawning says so.
        return (try? await program.resolveExecutablePath(in: .inherit)).map { .path($0) } ?? program
    }
}
