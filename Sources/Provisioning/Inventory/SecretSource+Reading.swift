public import Foundation
public import RemoteShell

extension SecretSource {
    /// Longer than any token, password or ticket.
    private static let limit = 64 * 1024

    /// Gets the secret: one line, of which a newline at its end is no part.
    ///
    /// - Throws: ``SecretError``
    public func read(environment: [String: String] = ProcessInfo.processInfo.environment) throws(SecretError) -> Secret
    {
        switch self {
        case .environment(let name):
            guard let value = environment[name] else { throw .missingVariable(name) }
            return try secret(Data(value.utf8))
        case .file(let path): return try secret(try contents(of: path))
        case .command(let words): return try secret(try output(of: words, environment: environment))
        }
    }

    private func secret(_ data: Data) throws(SecretError) -> Secret {
        guard data.count <= Self.limit, var text = String(validating: data, as: UTF8.self) else {
            throw .unusable(self, .notText)
        }
        if text.hasSuffix("\r\n") || text.hasSuffix("\n") { text.removeLast() }
        if text.isEmpty { throw .unusable(self, .empty) }
        // A second line would become a header of its own.
        if text.contains(where: \.isNewline) || text.utf8.contains(0) { throw .unusable(self, .severalLines) }
        return Secret(text)
    }

    /// The permissions are asked of the open file, so that nobody can put another in its place meanwhile.
    private func contents(of path: String) throws(SecretError) -> Data {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadableFile(path, reason: String(cString: strerror(errno))) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadableFile(path, reason: "it is no ordinary file")
        }
        guard status.st_mode & 0o077 == 0 else { throw .exposedFile(path, mode: Int(status.st_mode & 0o777)) }
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            throw .unreadableFile(path, reason: "it belongs to another user")
        }
        do { return try file.read(upToCount: Self.limit + 1) ?? Data() } catch {
            throw .unreadableFile(path, reason: error.localizedDescription)
        }
    }

    private func output(of words: [String], environment: [String: String]) throws(SecretError) -> Data {
        guard let program = executable(words[0], path: environment["PATH"] ?? "") else {
            throw .commandFailed(words[0], reason: "there is no such program")
        }
        // What it has to say to a person goes where ours goes; it may ask for a pass phrase on the terminal.
        let command = ForegroundProgram(
            path: program, arguments: Array(words.dropFirst()),
            environment: ChildEnvironment.operators.variables(of: environment))
        let (ending, data) = command.run(limit: Self.limit, within: Timeouts.current.program)
        switch ending {
        case .exited(0): return data
        case .exited(let status): throw .commandFailed(words[0], reason: "it ended with exit status \(status)")
        case .signaled(let signal): throw .commandFailed(words[0], reason: "it ended with signal \(signal)")
        case .interrupted: throw .interrupted(words[0])
        case .overdue(let seconds): throw .overdue(words[0], seconds: seconds)
        case .flooded: throw .unusable(self, .notText)
        case .notStarted(let reason): throw .commandFailed(words[0], reason: reason)
        }
    }

    private func executable(_ name: String, path: String) -> String? {
        if name.contains("/") { return FileManager.default.isExecutableFile(atPath: name) ? name : nil }
        return path.split(separator: ":").map { "\($0)/\(name)" }.first(where: FileManager.default.isExecutableFile)
    }
}
