import Diagnostics
public import Foundation
import RemoteShell
public import Secrets

extension SecretSource {
    /// The maximum size in bytes. It is larger than any token, password or ticket.
    private static let limit = 64 * 1024

    /// Reads the secret, which is one line. Trailing newlines, tabs and spaces are removed.
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
        guard data.count <= Self.limit else { throw .unusable(self, .notText) }
        var text: String
        do { text = try ExternalText.decode(data) } catch {
            throw .unusable(self, error == .utf16 ? .utf16 : .notText)
        }
        while let last = text.last, "\n\t ".contains(last) { text.removeLast() }
        if text.isEmpty { throw .unusable(self, .empty) }
        // In an HTTP request, a second line would become a separate header.
        if text.contains(where: \.isNewline) || text.utf8.contains(0) { throw .unusable(self, .severalLines) }
        let invisible = text.unicodeScalars.first { $0.isInvisible && $0.properties.generalCategory != .control }
        if let scalar = invisible {
            throw .unusable(self, .invisible(scalar.escapedForm))
        }
        return Secret(text)
    }

    /// Returns the content of the file.
    ///
    /// Type, permissions and owner are checked on the open descriptor. So the file cannot be replaced between the check
    /// and the read.
    private func contents(of path: String) throws(SecretError) -> Data {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadableFile(path, reason: String(cString: strerror(errno))) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadableFile(path, reason: "it is not a regular file")
        }
        guard status.st_mode & 0o077 == 0 else { throw .exposedFile(path, mode: Int(status.st_mode & 0o777)) }
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            throw .unreadableFile(path, reason: "it belongs to another user")
        }
        do { return try file.read(upToCount: Self.limit + 1) ?? Data() } catch {
            throw .unreadableFile(path, reason: ErrorDescription.reason(of: error))
        }
    }

    private func output(of words: [String], environment: [String: String]) throws(SecretError) -> Data {
        guard let program = executable(words[0], path: environment["PATH"] ?? "") else {
            throw .commandFailed(words[0], reason: "program not found")
        }
        // The command's standard error goes to our own. It may ask for a passphrase on the terminal.
        let command = ForegroundProgram(
            path: program, arguments: Array(words.dropFirst()),
            environment: ChildEnvironment.operators.variables(of: environment))
        let (ending, data) = command.run(limit: Self.limit, within: Timeouts.current.program)
        switch ending {
        case .exited(0): return data
        case .exited(let status): throw .commandFailed(words[0], reason: "exit status \(status)")
        case .signaled(let signal): throw .commandFailed(words[0], reason: "it was ended by signal \(signal)")
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
