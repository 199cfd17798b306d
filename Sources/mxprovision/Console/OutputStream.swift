import Foundation
import Synchronization

/// Standard output or standard error. Nothing else in this program writes to either.
///
/// If it cannot be written any more, the output ends and the command goes on: a reader that closes its end of a pipe, as
/// `head` does, has all it wants; a full disk is reported at the end (``failure``).
final class OutputStream: Sendable {
    static let output = OutputStream(STDOUT_FILENO)
    static let errors = OutputStream(STDERR_FILENO)

    private let descriptor: CInt
    /// The errno that has ended the output; nil while it is open. Held while a text is written, so that sites that are
    /// worked on at once do not write into each other's lines.
    private let end = Mutex<CInt?>(nil)

    init(_ descriptor: CInt) { self.descriptor = descriptor }

    /// Prepares the process: no write to a closed pipe or beyond a file size limit ends it, and no file that is opened
    /// later gets the number of a standard stream that the caller has closed.
    static func prepare() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest number that is free is this one.
            _ = open("/dev/null", O_RDWR)
        }
    }

    func write(_ text: String) {
        end.withLock { end in
            guard end == nil else { return }
            end = Self.write(text, to: descriptor)
        }
    }

    /// Why output is missing; nil if all was written, or the reader has gone.
    var failure: String? {
        end.withLock { end in
            guard let end, end != EPIPE, end != EBADF else { return nil }
            return String(cString: strerror(end))
        }
    }

    /// - Returns: the errno of a write that failed; nil if all was written.
    private static func write(_ text: String, to descriptor: CInt) -> CInt? {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
                continue
            }
            switch count == 0 ? ENOSPC : errno {
            case EINTR: continue
            case EAGAIN, EWOULDBLOCK:
                // Somebody who shares the terminal or the pipe has made it non-blocking.
                var event = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&event, 1, -1)
            case let error: return error
            }
        }
        return nil
    }
}
