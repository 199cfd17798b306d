import Testing

@testable import Engine

/// A machine with the binary and nothing else.
@Suite(.enabled(if: Lab.isUp, "needs `pvelab run`"), .ownThreads, .timeLimit(.minutes(1)))
struct `A machine without libcurl` {
    private let lab: Lab

    init() throws { lab = try Lab(inventory: "libraries") }

    /// Runs the product without the library: an empty file in its place cannot be loaded.
    private func mxprovision(_ words: String...) throws -> Lab.Outcome {
        let hiding = #"for file in /lib/*/libcurl.so.4; do mount --bind /dev/null "$file"; done; exec "$0" "$@""#
        return try lab.run(
            "unshare", ["--mount", "sh", "-euc", hiding, ".build/debug/mxprovision"] + words + lab.files)
    }

    @Test func `runs commands that do not need it and names the package for those that do`() throws {
        let plan = try mxprovision("plan", "bare")
        #expect(plan.status == 1 && plan.output.contains("libcurl cannot be loaded"), "\(plan.output)")
        #expect(plan.output.contains("→ `apt-get install libcurl4`"), "\(plan.output)")
        let outline = try mxprovision("plan", "bare", "--offline")
        #expect(outline.status == 0 && outline.output.contains("main.cf"), "\(outline.output)")
    }
}
