public import Foundation

/// A program that may interact with the person at the terminal, for example to ask for a passphrase.
///
/// It runs in its own process group, which has the terminal until the program ends: until then Ctrl-C reaches only the
/// program.
public struct ForegroundProgram: Sendable {
    let path: String
    let arguments: [String]
    let environment: [String: String]

    public init(path: String, arguments: [String], environment: [String: String]) {
        self.path = path
        self.arguments = arguments
        self.environment = environment
    }

    /// How the program ended.
    public enum Ending: Sendable, Equatable {
        case exited(Int)
        case signaled(Int)
        /// The person has pressed Ctrl-C.
        case interrupted
        /// The program was ended after this time, in seconds.
        case overdue(seconds: Int)
        /// The program printed more than the limit and was ended.
        case flooded
        case notStarted(reason: String)
    }

    /// Only one program runs at a time, because there is one terminal.
    private static let turn = NSLock()

    /// Runs the program without standard input, and collects its standard output.
    public func run(limit: Int, within time: Duration) -> (ending: Ending, output: Data) {
        Self.turn.withLock {
            var ends: [CInt] = [-1, -1]
            guard pipe(&ends) == 0 else { return (.notStarted(reason: String(cString: strerror(errno))), Data()) }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            defer { close(ends[0]) }
            let (child, reason) = spawn(writingTo: ends[1])
            close(ends[1])
            guard let child else { return (.notStarted(reason: String(cString: strerror(reason))), Data()) }
            RunningChildren.add(child)
            let terminal = Terminal(lentTo: child)
            defer {
                terminal?.takeBack()
                RunningChildren.remove(child)
            }
            return collect(from: ends[0], of: child, limit, time)
        }
    }

    private func collect(
        from source: CInt, of child: pid_t, _ limit: Int, _ time: Duration
    ) -> (ending: Ending, output: Data) {
        let end = ContinuousClock.now + time
        var output = Data()
        var isOpen = true
        _ = fcntl(source, F_SETFL, O_NONBLOCK)
        func read() {
            var buffer = [UInt8](repeating: 0, count: 4096)
            while isOpen, output.count <= limit {
                let count = Foundation.read(source, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                if count == 0 { isOpen = false }
                guard count > 0 else { return }
                output.append(contentsOf: buffer[..<count])
            }
        }
        while true {
            // A background process of the program may hold the pipe open, so the end of the program itself counts.
            if let status = Self.status(of: child) {
                read()
                return (Self.ending(status), output)
            }
            if output.count > limit { return (.flooded, stop(child, output)) }
            guard .now < end else { return (.overdue(seconds: Int(time.components.seconds)), stop(child, output)) }
            var event = pollfd(fd: isOpen ? source : -1, events: Int16(POLLIN), revents: 0)
            poll(&event, 1, isOpen ? 50 : 10)
            read()
        }
    }

    /// Ends the program and its process group.
    private func stop(_ child: pid_t, _ output: Data) -> Data {
        kill(-child, SIGTERM)
        kill(-child, SIGCONT)
        var isOver = false
        for _ in 1...100 where !isOver {
            isOver = Self.status(of: child) != nil
            if !isOver { usleep(10_000) }
        }
        kill(-child, SIGKILL)
        if !isOver {
            var status: CInt = 0
            while waitpid(child, &status, 0) < 0, errno == EINTR {}
        }
        return output
    }

    /// Returns the wait status, or nil while the program runs.
    private static func status(of child: pid_t) -> CInt? {
        var status: CInt = 0
        let found = waitpid(child, &status, WNOHANG)
        return found == child || (found < 0 && errno == ECHILD) ? status : nil
    }

    /// Decodes a wait status (waitpid(2)): the lower seven bits are the signal.
    private static func ending(_ status: CInt) -> Ending {
        let (signal, code) = (status & 0x7F, (status >> 8) & 0xFF)
        if signal == SIGINT || (signal == 0 && code == 130) { return .interrupted }
        return signal == 0 ? .exited(Int(code)) : .signaled(Int(signal))
    }

    private func spawn(writingTo output: CInt) -> (pid_t?, CInt) {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #else
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ] { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = Int32(POSIX_SPAWN_SETPGROUP) | Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK)
        posix_spawnattr_setflags(&attributes, Int16(flags))
        var words = ([path] + arguments).map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var child = pid_t()
        let error = posix_spawn(&child, path, &actions, &attributes, &words, &variables)
        return error == 0 ? (child, 0) : (nil, error)
    }

    /// The controlling terminal of this process, while another process group has it.
    private struct Terminal {
        private let descriptor: CInt
        private let owner: pid_t

        /// Hands the terminal to a process group. Fails if there is no terminal, or if this process does not have it.
        init?(lentTo group: pid_t) {
            descriptor = open("/dev/tty", O_RDWR | O_CLOEXEC)
            owner = getpgrp()
            guard descriptor >= 0 else { return nil }
            guard tcgetpgrp(descriptor) == owner else {
                close(descriptor)
                return nil
            }
            tcsetpgrp(descriptor, group)
            // The program may have used the terminal before it had it, and was stopped for that.
            kill(-group, SIGCONT)
        }

        func takeBack() {
            // A background process that calls tcsetpgrp is stopped unless it blocks SIGTTOU.
            var (signals, before) = (sigset_t(), sigset_t())
            sigemptyset(&signals)
            sigaddset(&signals, SIGTTOU)
            pthread_sigmask(SIG_BLOCK, &signals, &before)
            tcsetpgrp(descriptor, owner)
            pthread_sigmask(SIG_SETMASK, &before, nil)
            close(descriptor)
        }
    }
}
