import Foundation
import Subprocess

extension SSHShell {
    /// Runs a script as root on the host, and writes its output to a file on this machine, whatever its length.
    ///
    /// - Parameter path: a file that does not exist yet. It is readable only by this user, and synced when this method
    ///   returns.
    /// - Returns: how the script ended; its output is in the file.
    /// - Throws: ``ShellError``, a Cocoa error if the file cannot be created, `CancellationError`
    public func receive(_ script: Script, into path: String) async throws -> CommandResult {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.unwritable(path) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let text = ProcessShell.whole(script)
        let completion = try await carry(SSHSession.reader, sending: text, for: "the transfer to \(path)") {
            execution, deadline in
            _ = try? await execution.standardInputWriter.write(text)
            try? await execution.standardInputWriter.finish()
            return try await Self.receive(execution, deadline) { try file.write(contentsOf: $0) }
        }
        do { try file.synchronize() } catch { throw Self.unwritable(path) }
        return completion
    }

    /// Runs a script as root on the host with a file of this machine as its standard input.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - script: the script. It is passed as an argument, which other users of the host may see, so it must not
    ///     contain a secret.
    /// - Throws: ``ShellError``, a Cocoa error if the file cannot be read, `CancellationError`
    public func send(_ path: String, to script: Script) async throws -> CommandResult {
        let file = try FileHandle(forReadingFrom: URL(filePath: path))
        return try await carry(SSHSession.carrier(of: script), for: "the transfer of \(path)") { execution, deadline in
            while let chunk = try file.read(upToCount: 1 << 18), !chunk.isEmpty {
                // If ssh ends early, its output has the reason.
                guard (try? await execution.standardInputWriter.write(Array(chunk))) == chunk.count else { break }
                deadline.restart()
            }
            try? await execution.standardInputWriter.finish()
            return try await Self.receive(execution, deadline) { _ in }
        }
    }

    private typealias Carrier = Execution<CustomWriteInput, SequenceOutput, DataOutput>

    /// Passes on the script's output piece by piece.
    ///
    /// - Returns: a filter with the output of the login before the script.
    private static func receive(
        _ execution: Carrier, _ deadline: Deadline, _ take: (Data) throws -> Void
    ) async throws -> SSHSession.Filter {
        var filter = SSHSession.Filter()
        for try await buffer in execution.standardOutput {
            deadline.restart()
            if let own = filter.pass(buffer.withUnsafeBytes { Data($0) }) { try take(own) }
        }
        return filter
    }

    /// Runs a program on the host, and lets `body` exchange data with it. Each piece that is transferred restarts the
    /// timeout.
    ///
    /// - Parameter text: the text that `body` sends; nil if it sends a file's content.
    private func carry(
        _ program: SSHSession.Program, sending text: String? = nil, for purpose: String,
        _ body: (Carrier, Deadline) async throws -> SSHSession.Filter
    ) async throws -> CommandResult {
        try await explained {
            let client = ssh(program, Wait(.change, for: purpose))
            let ended = try await client.run(output: .sequence) { execution, deadline in
                _ = try? await execution.standardInputWriter.write(SSHSession.guardLine)
                return try await body(execution, deadline)
            }
            try Task.checkCancellation()
            let filter = ended.closureResult
            let completion = CommandResult(
                exit: ProcessShell.status(ended.terminationStatus), output: text == nil ? Data() : filter.noise,
                errors: ended.standardError)
            return try SSHSession.completion(
                of: completion, output: filter.hasStarted ? Data() : nil, sent: SSHSession.guardLine + (text ?? ""),
                host: destination.host)
        }
    }

    private static func unwritable(_ path: String) -> CocoaError {
        CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path])
    }
}
