import Testing

@testable import Provisioning

@Suite struct `The parameters of a step` {
    @Test func `give what was written`() throws {
        var parameters = try Parameters(yaml: "name: mx\nport: 25\nlist: [a, b]\nsingle: c\nswitch: off")
        #expect(parameters.string("name") == "mx")
        #expect(parameters.string("port") == "25")
        #expect(parameters.integer("port", in: 1...65535) == 25)
        #expect(parameters.strings("list") == ["a", "b"])
        #expect(parameters.strings("single") == ["c"])
        #expect(parameters.boolean("switch", default: true) == false)
        parameters.finish()
        #expect(parameters.mistakes == [])
    }
}
