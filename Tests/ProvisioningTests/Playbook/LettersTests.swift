import Testing

@testable import Provisioning

@Suite struct `A set of letters` {
    @Test(arguments: ["Az09._-", "-", "z"])
    func `spells what has nothing else in it`(text: String) {
        #expect(Letters("A-Za-z0-9._-").spell(text))
    }

    @Test(arguments: ["", "a b", "ä", "a\u{0}", "a\n", "/", ":", "@", "[", "{"])
    func `does not spell what is empty or has another`(text: String) {
        #expect(!Letters("A-Za-z0-9._-").spell(text))
    }

    @Test func `has a hyphen that stands for no range`() {
        #expect(Letters("a-").spell("-a"))
        #expect(!Letters("a-c").spell("-"))
    }

    @Test func `may have others at the beginning`() {
        #expect(Letters("a-z-").spell("a-", beginningWith: Letters("a-z")))
        #expect(!Letters("a-z-").spell("-a", beginningWith: Letters("a-z")))
    }
}
