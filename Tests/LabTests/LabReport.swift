import Foundation
import Testing

/// The output of `verify` or `doctor` with `--json`.
struct LabReport: Decodable {
    struct Area: Decodable {
        struct Check: Decodable {
            var name: String
            var verdict: String
            var evidence: String
            var advice: String?
        }
        var name: String
        var checks: [Check]
        var problem: String?
    }

    var areas: [Area]
    var amiss: [Area.Check] { areas.flatMap(\.checks).filter { $0.verdict != "pass" } }
    var failed: [Area.Check] { areas.flatMap(\.checks).filter { $0.verdict == "fail" } }

    func evidence(_ check: String) -> String? { areas.flatMap(\.checks).first { $0.name == check }?.evidence }
}

extension Lab {
    /// Runs a command that checks sites, with `--json`.
    func report(_ words: [String]) throws -> (status: Int32, report: LabReport) {
        let outcome = try mxprovision(words + ["--json"])
        let line = try #require(outcome.output.split(separator: "\n").last, "\(outcome.output)")
        return (outcome.status, try JSONDecoder().decode(LabReport.self, from: Data(line.utf8)))
    }
}
