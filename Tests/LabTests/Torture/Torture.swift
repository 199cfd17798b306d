import Foundation

/// How much is tormented: the whole of it takes long.
enum Torture {
    static let isWhole = ProcessInfo.processInfo.environment["MXPROVISION_TORTURE"] == "1"
    /// The points of the kill matrices, for whoever looks for what one of them is about: `MXPROVISION_POINTS=47,56`.
    private static let points = ProcessInfo.processInfo.environment["MXPROVISION_POINTS"]?
        .split(separator: ",").compactMap { Int($0) }
    /// The points at which a command is killed: those that are asked for, else all there may be, or a sample.
    static func points(of sample: [PointWatch.Point]) -> [PointWatch.Point] {
        points.map { $0.map(PointWatch.Point.number) } ?? (isWhole ? (1...999).map(PointWatch.Point.number) : sample)
    }
    static var isSelective: Bool { points != nil }

    /// The numbers of those sites that are tormented at the same time: all of a matrix's, or its first.
    static func sites(_ numbers: ClosedRange<Int>) -> [Int] { isWhole ? Array(numbers) : [numbers.lowerBound] }

    /// Says something at once, as a matrix takes its time.
    static func tell(_ line: String) {
        print(line)
        fflush(nil)
    }

    static let suffix = isWhole ? "" : " (a sample)"
}
