import Foundation
import RemoteShell
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites

@Suite struct `The state of a guest's monitor` {
    private let said = """
        now=1800000100
        looked=1800000040
        condition=primary 1800000000 The primary is down: x = 1 2.
        channel=ntfy 2 1800000000 it returned HTTP status 403
        channel=smtp-2 0  

        """

    @Test func `is read from its output`() throws {
        let state = try #require(try AlertState(.said(said)))
        #expect(state.age == 60 && state.isWatching)
        #expect(state.conditions.map(\.text) == ["The primary is down: x = 1 2."])
        #expect(state.channels.map(\.name) == ["ntfy", "smtp-2"])
        #expect(
            state.channels.map(\.waiting) == [2, 0]
                && state.channels.map(\.trouble) == ["it returned HTTP status 403", nil])
        #expect(!state.report.isRight)
    }

    @Test func `is healthy if the monitor runs, no condition is active, and all alerts are sent`() throws {
        let well = "now=1800000100\nlooked=1800000040\nchannel=ntfy 0  \n"
        #expect(try AlertState(.said(well))?.report.isRight == true)
        for looked in ["", "1799999000"] {
            let state = try AlertState(.said("now=1800000100\nlooked=\(looked)\n"))
            #expect(state?.isWatching == false && state?.report.isRight == false)
        }
    }

    @Test(arguments: [
        ("looked=1799999380\ncron=inactive\nready=1700000000", "the monitor last ran 12 min ago; cron is not running"),
        ("looked=1800000090\ncron=inactive\nready=1700000000", "the monitor last ran 10 s ago; cron is not running"),
        ("looked=1799999380\ncron=active\nready=1700000000", "the monitor last ran 12 min ago"),
        ("looked=\ncron=active\nready=1700000000", "the monitor has not run since the guest was started"),
        ("looked=\ncron=active\nready=1800000050", nil),
        ("looked=1800000090\ncron=unknown\nready=1700000000", nil),
        (
            "looked=1800000090\ncron=active\nready=1700000000\nfault=The monitor cannot do its work: cannot write /x.",
            "The monitor cannot do its work: cannot write /x."
        ),
        (
            "looked=1799999380\ncron=active\nready=1\nfault=It cannot work.",
            "the monitor last ran 12 min ago; It cannot work."
        ),
    ])
    func `has a problem if nothing is monitored`(_ lines: String, problem: String?) throws {
        let state = try #require(try AlertState(.said("now=1800000100\n\(lines)\n")))
        #expect(state.problem == problem && state.report.isRight == (problem == nil))
        if let problem { #expect(state.report.areas[0].checks[0].evidence == problem) }
    }

    @Test func `is nil without a monitor`() throws { #expect(try AlertState(.said("", exit: 3)) == nil) }

    @Test(arguments: ["", "looked=1\n", "now=1\nsh: not found\n", "now=x\n", "now=1\ncondition=primary x y\n"])
    func `is not read from an invalid reply`(_ text: String) {
        let answer = CommandResult.said(text)
        #expect(throws: UnreadableAnswer(expected: "the state of its monitor", answer: answer)) {
            try AlertState(answer)
        }
    }

    @Test func `includes the result of a test for each channel`() throws {
        let checks = try Provisioner.outcomes(
            in: .said("ntfy sent\nsmtp-2 failed it returned HTTP status 535\nslack failed \n"))
        #expect(checks.map(\.name) == ["ntfy", "smtp-2", "slack"])
        #expect(checks.map(\.verdict) == [.pass, .fail, .fail])
        #expect(checks.map(\.evidence) == ["sent", "it returned HTTP status 535", "no answer"])
        #expect(throws: UnreadableAnswer.self) { try Provisioner.outcomes(in: .said("what\n")) }
    }

    @Test func `is a failed test if no channel was available`() throws {
        #expect(try !Provisioner.testReport(from: .said("")).isRight)
        #expect(try Provisioner.testReport(from: .said("ntfy sent\n")).isRight)
    }
}
