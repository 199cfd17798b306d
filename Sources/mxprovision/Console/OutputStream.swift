import Foundation
import Synchronization

/// Standard output or standard error. Nothing else in this program writes to either.
///
/// If a write fails, the output ends and the command continues. A closed pipe, as with `head`, is not an error. A full
/// disk is reported at the end (``failure``).
final class OutputStream: Sendable {
    static let output = OutputStream(STDOUT_FILENO)
    static let errors = OutputStream(STDERR_FILENO)

    private let descriptor: CInt
    /// The errno that ended the output, or nil while it is open. Locked during each write, so that parallel sites do
    /// not mix their lines.
    private let end = Mutex<CInt?>(nil)

    init(_ descriptor: CInt) { self.descriptor = descriptor }

    /// Prepares the process. No write to a closed pipe or beyond a file size limit kills it, and no later file gets the
    /// number of a standard stream that the parent process has closed.
    static func prepare() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
            // open(2) returns the lowest free number, which is this one.
            _ = open("/dev/null", O_RDWR)
        }
    }

    func write(_ text: String) {
        end.withLock { end in
            guard end == nil else { return }
            end = Self.write(text, to: descriptor)
        }
    }

    /// Why output is missing, or nil if everything was written or the reader closed the pipe.
    var failure: String? {
        end.withLock { end in
            guard let end, end != EPIPE, end != EBADF else { return nil }
            return String(cString: strerror(end))
        }
    }

    /// Writes a text to a descriptor.
    ///
    /// - Returns: The errno of a failed write, or nil if everything was written.
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
                // Another process that shares the terminal or the pipe may have made it non-blocking.
                var event = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&event, 1, -1)
            case let error: return error
            }
        }
        return nil
    }
}
