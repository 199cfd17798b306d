import Foundation
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import Engine
@testable import Resources
@testable import Sites
@testable import mxprovision

@Suite struct `A JSON line` {
    private static let events: [(Event, String)] = [
        (.unchanged(step: "relay"), #"{"event":"unchanged","site":"secondary","step":"relay","v":2}"#),
        (
            .changing(step: "relay", [Change("relay_domains", from: nil, to: "a.org")]),
            #"{"changes":[{"after":"a.org","subject":"relay_domains"}],"event":"changing","site":"secondary","step":"relay","v":2}"#
        ),
        (
            .changed(step: "relay", [Change("/etc/x", from: "1", to: nil)], took: .milliseconds(1250)),
            #"{"changes":[{"before":"1","subject":"/etc/x"}],"event":"changed","site":"secondary","step":"relay","took":1.25,"v":2}"#
        ),
        (
            .handled(Handler(.restart, "postfix@-"), took: .seconds(1)),
            #"{"event":"handler","site":"secondary","text":"restart postfix@-","took":1,"v":2}"#
        ),
        (
            .verified([VerifiedCheck(name: "banner", verdict: .pass, evidence: "220 mx")], took: .milliseconds(5)),
            #"{"checks":[{"evidence":"220 mx","name":"banner","verdict":"pass"}],"event":"verified","site":"secondary","took":0.005,"v":2}"#
        ),
        (
            .deferred(step: "acme", reason: "it is away"),
            #"{"event":"deferred","site":"secondary","step":"acme","text":"it is away","v":2}"#
        ),
        (
            .finished(Summary(site: "secondary", guest: 110, unchanged: 3, changed: 1, deferred: 2, took: .zero)),
            #"{"changed":1,"deferred":2,"event":"finished","guest":110,"site":"secondary","took":0,"unchanged":3,"v":2}"#
        ),
        (.waiting("the guest"), #"{"event":"waiting","site":"secondary","text":"the guest","v":2}"#),
        (.note("a\nb\u{1B}"), #"{"event":"note","site":"secondary","text":"a\nb\u001b","v":2}"#),
        (.sent(script: "x •••"), #"{"event":"sent","site":"secondary","text":"x •••","v":2}"#),
        (
            .finished(Summary(site: "secondary", guest: 110, unchanged: 3, changed: 1, took: .milliseconds(1500))),
            #"{"changed":1,"event":"finished","guest":110,"site":"secondary","took":1.5,"unchanged":3,"v":2}"#
        ),
    ]

    @Test(arguments: events) func `is one object with a version`(event: Event, json: String) throws {
        #expect(try JSONLine.encode(JSONLine(event, site: "secondary")) == json)
    }

    @Test func `matches the schema`() async throws {
        let lines = try Self.events.map { event, _ -> String in try JSONLine.encode(JSONLine(event, site: "secondary"))
        }
        let errors = try await EventSchema().errors(in: lines.joined(separator: "\n"))
        #expect(errors == "")
    }

    @Test func `has text or null for numbers and dates that JSON does not support`() throws {
        #expect(try JSONLine.encode(["took": Double.infinity]) == #"{"took":"Infinity"}"#)
        #expect(try JSONLine.encode(["took": -Double.infinity]) == #"{"took":"-Infinity"}"#)
        #expect(try JSONLine.encode(["took": Double.nan]) == #"{"took":"NaN"}"#)
        #expect(try JSONLine.encode(["at": Date.distantFuture]) == #"{"at":"4001-01-01T00:00:00Z"}"#)
        #expect(try JSONLine.encode(["at": Date(timeIntervalSince1970: 1e15)]) == #"{"at":null}"#)
    }

    @Test func `for a plan is complete`() throws {
        var plan = Plan()
        plan.steps = [
            .init(step: "hostname", changes: []), .init(step: "relay", changes: [Change("x", from: "1", to: "2")]),
        ]
        plan.externalResources = [
            .init(step: "router", changes: []), .init(step: "dns", changes: [Change("y", from: nil, to: "MX")]),
        ]
        plan.pendingHandlers = [Handler(.reload, "postfix")]
        #expect(
            try JSONLine.encode(PlanJSON(plan, site: "secondary"))
                == #"{"empty":false,"event":"plan","externalResources":[{"changes":[{"after":"MX","subject":"y"}],"step":"dns"}],"#
                + #""guest":[],"needsVerification":false,"pendingHandlers":["reload postfix"],"site":"secondary","#
                + #""steps":[{"changes":[{"after":"2","before":"1","subject":"x"}],"step":"relay"}],"unsurveyed":[],"v":2}"#
        )
    }

    @Test func `for a run in the history has a version and a site`() throws {
        #expect(
            try JSONLine.encode(Record("run", of: "secondary", entry))
                == #"{"changes":[{"changes":[{"after":"2","before":"1","subject":"x"}],"step":"relay"}],"command":"up","#
                + #""error":"it broke\nhalfway","event":"run","guest":110,"outcome":"failed","site":"secondary","#
                + #""started":"2026-01-02T03:04:05Z","took":12.345678,"v":2,"who":"ada@desk"}"#)
    }

    @Test func `for a status has a version and a site`() throws {
        let status = SiteStatus(site: "secondary")
        #expect(
            try JSONLine.encode(Record("status", of: "secondary", status))
                == #"{"event":"status","ingress":[],"pending":[],"problems":[],"site":"secondary","v":2}"#)
    }
}

let entry = JournalEntry(
    started: Date(timeIntervalSince1970: 1_767_323_045), took: 12.345678, who: "ada@desk", command: "up", guest: 110,
    outcome: .failed, changes: [.init(step: "relay", changes: [Change("x", from: "1", to: "2")])],
    error: "it broke\nhalfway")
