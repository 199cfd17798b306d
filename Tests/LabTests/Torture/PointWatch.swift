import Foundation

/// What counts the boundaries of a run from outside, and kills it at one: the product has no word for it.
struct PointWatch {
    /// Where the library is that is loaded into the run, and the `ssh` that stands before ssh.
    let folder: String

    /// Compiles both.
    init(in lab: Lab) throws {
        folder = lab.folder + "/points"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let source = "Tests/LabTests/Points"
        let flags = ["-Wall", "-Wextra", "-Werror", "-O1"]
        for words in [
            flags + ["-shared", "-fPIC", "-o", folder + "/points.so", source + "/points.c"],
            flags + ["-o", folder + "/ssh", source + "/ssh.c"],
        ] {
            let built = try lab.run("cc", words)
            guard built.status == 0 else { throw Shortfall("cc: \(built.output)") }
        }
    }

    /// What happens at a point of a run.
    enum Blow: Sendable {
        case kill(at: Int)
        /// A command of sh's; the run goes on when it is done.
        case command(String, at: Int)
    }

    /// What a run is to find in its environment.
    ///
    /// - Parameters:
    ///   - log: a file that is not there yet.
    ///   - root: the folder whose files count.
    ///   - shift: how wrong the run's clock is, in seconds.
    func variables(log: String, _ blow: Blow?, below root: String, clock shift: Int = 0) -> [String] {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let variables = [
            "PATH=\(folder):\(path)", "LD_PRELOAD=\(folder)/points.so", "POINTS_LOG=\(log)", "POINTS_ROOT=\(root)",
            "POINTS_CLOCK=\(shift)",
        ]
        return switch blow {
        case .kill(let point): variables + ["POINTS_KILL=\(point)"]
        case .command(let command, let point): variables + ["POINTS_KILL=\(point)", "POINTS_DO=\(command)"]
        case nil: variables
        }
    }
}

/// Something that does not hold and has to, in words.
struct Shortfall: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }

    static func unless(_ condition: Bool, _ description: @autoclosure () -> String) throws {
        if !condition { throw Shortfall(description()) }
    }
}
