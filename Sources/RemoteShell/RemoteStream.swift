import Subprocess

public import struct Foundation.Data

/// A byte stream through a subprocess's standard input and output.
public struct RemoteStream: Sendable {
    private let writer: StandardInputWriter
    private let reader: Reader

    /// Where reading has come to; one reader at a time.
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

    /// The next bytes, as they come; nil at the end.
    public func read() async throws -> Data? { try await reader.next() }

    /// - Throws: an error where nobody reads any more.
    public func write(_ data: Data) async throws {
        // To a process that is gone, Subprocess writes less than it was given, or finds the pipe broken.
        let written: Int
        do { written = try await writer.write(Array(data)) } catch { throw Ended() }
        guard written == data.count else { throw Ended() }
    }

    /// The program that carries the stream has ended.
    struct Ended: Error {}

    /// Runs a program and hands its standard input and output to `body`; the program is ended with it.
    ///
    /// - Parameter explain: makes an error of what the program has said on standard error, where `body` has failed because
    ///   of it.
    static func open<Result: Sendable>(
        _ program: ChildProcess,
        explain: (Data) -> any Error,
        _ body: (RemoteStream) async throws -> Result
    ) async throws -> Result {
        let ended = try await program.run(output: .sequence) { execution, deadline in
            let (chunks, continuation) = AsyncThrowingStream<Data, any Error>.makeStream()
            let output = execution.standardOutput
            let pump = Task {
                do {
                    for try await buffer in output {
                        deadline.restart()
                        continuation.yield(buffer.withUnsafeBytes { Data($0) })
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            let stream = RemoteStream(writer: execution.standardInputWriter, reader: Reader(chunks))
            let result: Swift.Result<Result, any Error>
            do { result = .success(try await body(stream)) } catch { result = .failure(error) }
            // Who is at the other end may not mind that nobody writes any more.
            try? await execution.standardInputWriter.finish()
            let stop = Task { await deadline.stop() }
            // Subprocess closes the output behind us. Where it is still waited for then, and the program's end is seen at
            // that moment, Subprocess gives up telling its own readers of it, and waits for ever.
            pump.cancel()
            await pump.value
            stop.cancel()
            return result
        }
        switch ended.closureResult {
        case .success(let result): return result
        case .failure(let error):
            throw ended.standardError.isEmpty && !(error is Ended) ? error : explain(ended.standardError)
        }
    }
}
