import Foundation
import Subprocess

extension SSHShell {
    /// Runs a script as root on the host, and lets its output run into a file of this machine, whatever its length.
    ///
    /// - Parameter path: a file that is not there yet; it is readable by nobody else, and synced when this returns.
    /// - Returns: how the script ended; its output is in the file.
    /// - Throws: ``ShellError``, a Cocoa error where the file cannot be made, `CancellationError`
    public func receive(_ script: Script, into path: String) async throws -> Completion {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.unwritable(path) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let text = ProcessShell.whole(script)
        let completion = try await carry(Self.shell, for: "the transfer to \(path)") { execution, deadline in
            _ = try? await execution.standardInputWriter.write(text)
            try? await execution.standardInputWriter.finish()
            for try await buffer in execution.standardOutput {
                deadline.restart()
                try file.write(contentsOf: buffer.withUnsafeBytes { Data($0) })
            }
        }
        do { try file.synchronize() } catch { throw Self.unwritable(path) }
        return completion
    }

    /// Runs a script as root on the host with a file of this machine as its standard input.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - script: travels as an argument, which others on the host may see: no secret may stand in it.
    /// - Throws: ``ShellError``, a Cocoa error where the file cannot be read, `CancellationError`
    public func send(_ path: String, to script: Script) async throws -> Completion {
        let file = try FileHandle(forReadingFrom: URL(filePath: path))
        let program = "/bin/sh -c \(Script.quoted("(\n\(script.text)\n)\n\(Self.report)"))"
        return try await carry(program, for: "the transfer of \(path)") { execution, deadline in
            while let chunk = try file.read(upToCount: 1 << 18), !chunk.isEmpty {
                // An ssh that ends early says why.
                guard (try? await execution.standardInputWriter.write(Array(chunk))) == chunk.count else { break }
                deadline.restart()
            }
            try? await execution.standardInputWriter.finish()
            for try await _ in execution.standardOutput {}
        }
    }

    private typealias Carrier = Execution<CustomWriteInput, SequenceOutput, DataOutput>

    /// Runs a program on the host, and has `body` speak and listen to it. The time starts again with each piece that is
    /// transferred.
    private func carry(
        _ program: String, for purpose: String, _ body: (Carrier, Deadline) async throws -> Void
    ) async throws -> Completion {
        let ended = try await ssh(sshArguments(for: program), Wait(.change, for: purpose)).run(output: .sequence, body)
        try Task.checkCancellation()
        let completion = Completion(exit: 255, errors: ended.standardError)
        guard let ending = Self.ending(of: completion) else {
            throw ShellError(ssh: completion, host: destination.host)
        }
        return ending
    }

    private static func unwritable(_ path: String) -> CocoaError {
        CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path])
    }
}
