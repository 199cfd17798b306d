import Alerts
import BackupMX
import Sites
import Testing

@testable import ConfigurationFiles
@testable import Engine
@testable import mxprovision

@Suite struct `A verified site on the console` {
    private func check(_ name: String, _ verdict: VerifiedCheck.Verdict, advice: String? = nil) -> VerifiedCheck {
        VerifiedCheck(name: name, verdict: verdict, evidence: "250 Ok", advice: advice)
    }

    private func report(_ areas: (VerifySubject, [VerifiedCheck], String?)...) throws -> VerifyReport {
        var report = VerifyReport()
        report.areas = areas.map { VerifyReport.Area(name: $0, checks: $1, problem: $2) }
        return report
    }

    @Test func `shows each check with its evidence, and each advice once`() throws {
        let report = try report(
            (.smtp, [check("banner", .pass), check("HELO", .warn)], nil),
            (
                .primary,
                [
                    check("burst", .fail, advice: "Except it:\nx = y"),
                    check("size", .fail, advice: "Except it:\nx = y"),
                ], nil
            ),
            (.dns, [], "no name server\n→ Name one.")
        )
        #expect(
            CheckText(report, "secondary").text == """
                secondary
                  smtp
                    ✓ banner: 250 Ok
                    ! HELO: 250 Ok
                  primary
                    ✗ burst: 250 Ok
                    ✗ size: 250 Ok
                  dns
                    ✗ not checked
                      no name server
                      → Name one.

                  Except it:
                  x = y

                secondary: 1 passed, 1 with a warning, 2 failed, 1 area not checked
                """)
    }

    @Test func `shows and counts what was not checked`() throws {
        let text = CheckText(
            try report((.smtp, [check("banner", .pass), check("VRFY", .unchecked), check("ETRN", .unchecked)], nil)),
            "a"
        ).text
        #expect(text.contains("\n    ? VRFY: 250 Ok\n"))
        #expect(text.hasSuffix("a: 1 passed, 0 with a warning, 0 failed, 2 not checked"))
    }

    @Test func `counts repeated passes and shows the rest`() throws {
        let forms = (1...20).map { check("form \($0)", $0 == 7 ? .fail : .pass) }
        let report = try report((.strangers, forms, nil))
        #expect(
            CheckText(report, "a").text.split(separator: "\n").dropFirst(2).prefix(2) == [
                "    ✗ form 7: 250 Ok", "    ✓ 19 more like form 1: 250 Ok",
            ])
        #expect(CheckText(report, "a", isVerbose: true).text.split(separator: "\n").count == 23)
    }
}
