import Subprocess

public import struct Foundation.Data

/// A byte stream over the standard input and output of a subprocess.
public struct RemoteStream: Sendable {
    private let writer: StandardInputWriter
    private let reader: Reader

    /// The reading side of the stream, for one reader at a time.
    private actor Reader {
        private let chunks: AsyncThrowingStream<Data, any Error>
        private var iterator: AsyncThrowingStream<Data, any Error>.Iterator?

        init(_ chunks: AsyncThrowingStream<Data, any Error>) { self.chunks = chunks }

        func next() async throws -> Data? {
            var current = iterator ?? chunks.makeAsyncIterator()
            let chunk = try await current.next(isolation: self)
            iterator = current
            return chunk
        }
    }

    /// Returns the next bytes when they arrive, or nil at the end of the stream.
    public func read() async throws -> Data? { try await reader.next() }

    /// Writes bytes to the stream.
    ///
    /// - Throws: an error if the other end no longer reads.
    public func write(_ data: Data) async throws {
        // If the process has ended, Subprocess writes fewer bytes than it was given, or finds the pipe broken.
        let written: Int
        do { written = try await writer.write(Array(data)) } catch { throw Ended() }
        guard written == data.count else { throw Ended() }
    }

    /// The error of a write after the program that carries the stream has ended.
    struct Ended: Error {}

    /// Runs a program and passes its standard input and output to `body`. The program is ended when `body` returns.
    ///
    /// - Parameters:
    ///   - isSession: whether the program is an ssh that runs ``SSHSession/stream(_:)``.
    ///   - explain: makes an error from how the program ended, if `body` has failed because of it.
    static func open<Result: Sendable>(
        _ program: ChildProcess,
        isSession: Bool = false,
        explain: (CommandResult) -> any Error,
        _ body: (RemoteStream) async throws -> Result
    ) async throws -> Result {
        let ended = try await program.run(output: .sequence) { execution, deadline in
            let (chunks, continuation) = AsyncThrowingStream<Data, any Error>.makeStream()
            let output = execution.standardOutput
            if isSession { _ = try? await execution.standardInputWriter.write(SSHSession.guardLine) }
            let pump = Task {
                var filter = SSHSession.Filter(hasStarted: !isSession)
                do {
                    for try await buffer in output {
                        deadline.restart()
                        let own = filter.pass(buffer.withUnsafeBytes { Data($0) })
                        if let own, !own.isEmpty { continuation.yield(own) }
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
                return filter.noise
            }
            let stream = RemoteStream(writer: execution.standardInputWriter, reader: Reader(chunks))
            let result: Swift.Result<Result, any Error>
            do { result = .success(try await body(stream)) } catch { result = .failure(error) }
            // The other end may not react to the end of its input.
            try? await execution.standardInputWriter.finish()
            let stop = Task { await deadline.stop() }
            // Subprocess closes the output after this closure. If a read is still pending then and the program ends at
            // that moment, Subprocess does not notify its own reader and waits forever.
            pump.cancel()
            let noise = await pump.value
            stop.cancel()
            return (result, noise)
        }
        let (result, noise) = ended.closureResult
        switch result {
        case .success(let result): return result
        case .failure(let error):
            let said = SSHSession.Outcome(ended.standardError)
            let isSilent = isSession && said.script != nil ? said.script?.isEmpty == true : ended.standardError.isEmpty
            if isSilent, !(error is Ended) { throw error }
            let exit = ProcessShell.status(ended.terminationStatus)
            throw explain(CommandResult(exit: exit, output: noise, errors: ended.standardError))
        }
    }
}
