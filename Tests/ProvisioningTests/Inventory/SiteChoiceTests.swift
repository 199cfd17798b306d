import Foundation
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Resources
@testable import Sites

@Suite struct `The choice of sites` {
    private let inventory: Inventory

    init() throws {
        let site = InventoryText.complete.split(separator: "sites:\n")[1]
        let labels = ["[canary, ring=one]", "{ring: one, country: de}", "{ring: two}", nil]
        let sites = labels.enumerated().map { number, labels in
            site.replacing("  one:", with: "  s\(number):" + (labels.map { "\n    labels: \($0)" } ?? ""))
                .replacing("vmid: 110", with: "vmid: \(110 + number)")
                .replacing("mx1", with: "mx\(number)").replacing("10.2.0.25", with: "10.2.0.\(25 + number)")
        }
        let text = InventoryText.head + "\nsites:\n" + sites.joined()
        inventory = try Inventory.read(SourceFile(name: "inventory.yml", text: text))
    }

    private func names(_ choice: SiteChoice) throws -> [String] { try inventory.sites(for: choice).map(\.name) }

    @Test func `by name keeps the order of the names and lists each site once`() throws {
        #expect(try names(SiteChoice(names: ["s2", "s0", "s2"])) == ["s2", "s0"])
    }

    @Test func `of all sites keeps the order of the file`() throws {
        #expect(try names(SiteChoice(all: true)) == ["s0", "s1", "s2", "s3"])
    }

    @Test(arguments: [
        (["canary"], ["s0"]), (["ring"], ["s0", "s1", "s2"]), (["ring=one"], ["s0", "s1"]),
        (["ring=one", "country=de"], ["s1"]), (["ring", "country"], ["s1"]),
    ])
    func `by labels matches sites that have all of them`(labels: [String], expected: [String]) throws {
        #expect(try names(SiteChoice(labels: labels.compactMap { Label($0) })) == expected)
        #expect(try names(SiteChoice(all: true, labels: labels.compactMap { Label($0) })) == expected)
    }

    @Test func `by name and label matches both`() throws {
        #expect(try names(SiteChoice(names: ["s2", "s1"], labels: [try #require(Label("ring=one"))])) == ["s1"])
    }

    @Test func `without arguments is the only site`() throws {
        let one = try Inventory.read(SourceFile(name: "inventory.yml", text: InventoryText.complete))
        #expect(try one.sites(for: SiteChoice()).map(\.name) == ["one"])
    }

    @Test(arguments: [
        (
            SiteChoice(),
            "no site selected; inventory.yml has 4 sites",
            "Name one or more sites, or use `--all` or `--label`. Available sites: `s0`, `s1`, `s2`, `s3`."
        ),
        (
            SiteChoice(names: ["s1", "x"]), "inventory.yml has no site `x`",
            "Available sites: `s0`, `s1`, `s2`, `s3`."
        ),
        (SiteChoice(names: ["s1"], all: true), "site names cannot be combined with `--all`", "Use only one of them."),
        (
            SiteChoice(labels: [Label(name: "ring", value: "three")]),
            "no site in inventory.yml has the label `ring=three`",
            "Available labels: `canary`, `ring=one`, `country=de`, `ring=two`."
        ),
        (
            SiteChoice(names: ["s2"], labels: [Label(name: "ring", value: "one"), Label(name: "canary", value: nil)]),
            "no site in inventory.yml has all of the labels `ring=one`, `canary`",
            "Available labels: `canary`, `ring=one`, `country=de`, `ring=two`."
        ),
    ])
    func `fails if nothing matches`(choice: SiteChoice, what: String, next: String) throws {
        let refusal = try #require(throws: SiteChoice.Refusal.self) { try inventory.sites(for: choice) }
        #expect(refusal.errorDescription == what)
        #expect(refusal.recoverySuggestion == next)
    }

    @Test func `does not list 300 names if one is wrong`() {
        let refusal = SiteChoice.Refusal.noSite("x", inventory: "i", sites: (1...300).map { "s\($0)" })
        #expect(refusal.recoverySuggestion?.hasSuffix("`s15` and 285 more.") == true)
    }

    @Test(arguments: [
        ("[canary, canary]", ["8: duplicate `canary`; already listed at line 8"]),
        ("[ring=one, ring=two]", ["8: `labels` has `ring=one` and `ring=two`; expected one value per label"]),
        (
            "[a b]",
            [
                "8: `labels`: invalid label `a b`; expected `NAME` or `NAME=VALUE` of letters, digits, `.`, `_`, `/` and `-`"
            ]
        ),
        (
            "{ring: \"\"}",
            [
                "8: `labels`: invalid label `ring=`; expected `NAME` or `NAME=VALUE` of letters, digits, `.`, `_`, `/` and `-`"
            ]
        ),
        ("{ring: }", ["8: `ring` has no value"]),
        ("{ring: [one]}", ["8: `ring`: found a list; expected a string"]),
    ])
    func `reports mistakes in labels`(labels: String, mistakes: [String]) {
        let text = InventoryText.complete.replacing("  one:", with: "  one:\n    labels: \(labels)")
        #expect(InventoryText.mistakes(in: text) == mistakes)
    }

    @Test func `by label uses the labels of the defaults unless a site overrides them`() throws {
        let text = InventoryText.complete.replacing("sites:", with: "defaults:\n  labels: {ring: wide, a: b}\nsites:")
            .replacing("  one:", with: "  one:\n    labels: {ring: canary}")
        let inventory = try Inventory.read(SourceFile(name: "inventory.yml", text: text))
        #expect(inventory.sites[0].labels.map(\.description).sorted() == ["a=b", "ring=canary"])
    }
}
