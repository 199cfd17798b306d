import Testing

extension `Fault injection` {
    /// Faults that affect everyone who uses the lab. They run only if no other tests do.
    @Suite(.serialized, .enabled(if: Torture.isWhole)) struct `faults that affect all users of the lab` {
        @Test func `a run succeeds or reports what is wrong if the template stays locked`() async throws {
            let faults = try `API faults`.faults(of: ["up"], isFirewalled: false).filter(\.isForAll)
            let tally = try await Lanes(faults).run(on: [0], .one, isFirewalled: false) {
                try APIFaultMatrix.torment($0, with: $1)
            }
            #expect(tally.done > 0)
            tally.tell(of: "fault matrix of the template")
        }

        /// An existing connection is reset, because it would still lead to the real node.
        @Test
        func `a run stops if the node presents another certificate during the run`() throws {
            let site = try TortureSite(0, steps: .one, isFirewalled: false)
            if try site.isThere() { try site.startAfresh() }
            let (counted, log) = try site.run(["up", site.name])
            try #require(counted.status == 0, "\(counted.output)")
            try site.vanish()
            let start = try #require(
                log.points.firstIndex { $0.description.hasSuffix("/status/start") && $0.what == "request" })
            let impostor =
                "setsid openssl s_server -accept 8016 -quiet -cert \(site.lab.folder)/chain.pem -key \(site.lab.folder)/key.pem"
            let outcome = try site.run(
                ["up", site.name],
                try site.onNode(
                    """
                    \(impostor) >/dev/null 2>&1 </dev/null & echo $! >\(site.lab.folder)/impostor
                    nft 'table ip impostor {
                        chain new { type nat hook prerouting priority -100; tcp dport 8006 redirect to :8016; }
                        chain old { type filter hook input priority 0; tcp dport 8006 reject with tcp reset; }
                    }'
                    """, at: start + 1)
            ).outcome
            _ = try site.lab.node("nft delete table ip impostor; kill $(cat \(site.lab.folder)/impostor)")
            #expect(outcome.status == 1)
            #expect(outcome.output.contains("does not match the `fingerprint` in the inventory"), "\(outcome.output)")
            #expect(try site.isGood(outcome) != "done")
            try site.succeed(["up", site.name])
            try site.isConverged()
            try site.vanish()
            Torture.tell("certificate changed during a run: 1/1 survived")
        }
    }
}
