import Foundation
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Resources
@testable import Sites

/// One mistake in a complete inventory. A check is skipped if it needs a value that could not be read.
@Suite struct `A single mistake in an inventory` {
    private static let lines = CompleteInventory.lines

    /// Returns the indices of the lines that have a value, or that begin a section.
    private static func places(withValue: Bool) -> [Int] {
        lines.indices.filter { lines[$0].contains(/: ./) == withValue || !withValue && lines[$0].contains(/[a-z]+:/) }
    }

    private func mistakes(replacing place: Int, by line: String) -> [String] {
        var lines = Self.lines
        lines[place] = line
        return InventoryText.mistakes(in: lines.joined(separator: "\n"))
    }

    @Test func `is not reported for a valid inventory`() {
        #expect(InventoryText.mistakes(in: CompleteInventory.text) == [])
    }

    /// No key accepts a mapping as its value.
    @Test(arguments: places(withValue: true), ["{a: b}", "'b(a)d'"])
    func `in a value is reported alone`(place: Int, value: String) throws {
        let line = Self.lines[place]
        let head = line[...(try #require(line.range(of: ": ")?.lowerBound))]
        let found = mistakes(replacing: place, by: "\(head) \(value)")
        // Some keys accept this text, and some of these mappings have two mistakes in one place.
        #expect(Set(found.compactMap { $0.split(separator: ":").first }).count <= 1, "\(line): \(found)")
        if value.hasPrefix("'") { #expect(found.count <= 1, "\(line): \(found)") }
    }

    @Test(arguments: places(withValue: false))
    func `in a key is reported alone`(place: Int) throws {
        let line = Self.lines[place]
        guard line != "  one:", let match = line.firstMatch(of: /([a-z])([a-z])([a-z_]+6?):/),
            match.1 != match.2
        else { return }
        let found = mistakes(
            replacing: place,
            by: line.replacingCharacters(in: match.range, with: "\(match.2)\(match.1)\(match.3):"))
        #expect(found.count == 1, "\(line): \(found)")
    }

    @Test func `in a prefix length does not make the gateway wrong`() throws {
        let place = try #require(Self.lines.firstIndex { $0.contains("address: 10.2.0.25/24") })
        let found = mistakes(replacing: place, by: Self.lines[place].replacing("/24", with: ""))
        #expect(
            found == [
                "\(place + 1): `address`: `10.2.0.25` has no prefix length; expected an address like `10.0.0.5/24`"
            ])
    }
}
