import Testing

@Suite struct `A power failure` {
    static let replacing = """
        +! create /a/state.json.new
        +! write /a/state.json.new
        -! sync /a/state.json.new
        +! rename /a/state.json.new /a/state.json
        -! sync /a

        """

    @Test func `loses nothing of a file if it is written, synced, renamed, and its folder is synced`() {
        let log = PointLog(Self.replacing + "+! request POST /nodes/pve2/lxc/100/clone\n")
        #expect(log.losses(atEnd: true) == [])
        #expect(log.points.map(\.what) == ["create", "write", "rename", "request"])
    }

    typealias Case = (left: String, loss: String)
    static let cases: [Case] = [
        ("-! sync /a/state.json.new\n", "/a/state.json.new is renamed before it is synced"),
        ("-! sync /a\n", "/a/state.json may be lost when sent 10.2.0.25"),
    ]

    @Test(arguments: cases)
    func `is reported to lose a file if a sync is missing`(_ case: Case) {
        let log = PointLog(Self.replacing.replacing(`case`.left, with: "") + "+! sent 10.2.0.25\n")
        #expect(log.losses(atEnd: false) == [`case`.loss])
    }

    @Test func `is reported to lose a file if a rename is missing, or at the end`() {
        let log = PointLog("-! truncate /a/state.json\n+! write /a/state.json\n")
        #expect(log.losses(atEnd: false) == ["/a/state.json is overwritten in its place"])
        #expect(
            PointLog("-! create /a/journal.jsonl\n").losses(atEnd: true) == ["/a/journal.jsonl may be lost at the end"])
    }
}
