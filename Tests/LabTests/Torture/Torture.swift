import Foundation

/// The extent of the torture tests. All of them take long.
enum Torture {
    static let isWhole = ProcessInfo.processInfo.environment["MXPROVISION_TORTURE"] == "1"
    /// The points of the kill matrices, to investigate some of them: `MXPROVISION_POINTS=47,56`.
    private static let points = ProcessInfo.processInfo.environment["MXPROVISION_POINTS"]?
        .split(separator: ",").compactMap { Int($0) }
    /// Returns the points at which a command is killed: the requested ones, else all possible ones or a sample.
    static func points(of sample: [PointWatch.Point]) -> [PointWatch.Point] {
        points.map { $0.map(PointWatch.Point.number) } ?? (isWhole ? (1...999).map(PointWatch.Point.number) : sample)
    }
    static var isSelective: Bool { points != nil }

    /// The names of the kill matrices to run, separated by `;` (default: all):
    /// `MXPROVISION_MATRICES='rebuild;teardown'`.
    private static let matrices = ProcessInfo.processInfo.environment["MXPROVISION_MATRICES"]?
        .split(separator: ";").map(String.init)
    static func includes(_ matrix: String) -> Bool { matrices?.contains(matrix) ?? true }

    /// Returns the sites that are used in parallel: all of a matrix, or its first.
    static func sites(_ numbers: ClosedRange<Int>) -> [Int] { isWhole ? Array(numbers) : [numbers.lowerBound] }

    /// Prints a line immediately, because a matrix takes long.
    static func tell(_ line: String) {
        print(line)
        fflush(nil)
    }

    static let suffix = isWhole ? "" : " (a sample)"
}
