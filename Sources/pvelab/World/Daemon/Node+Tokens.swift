import Foundation

/// `token NAME`, as received by the control socket.
extension Node {
    func addToken(_ words: [String]) -> ControlAnswer {
        guard words.count == 1 else { return ControlAnswer(status: 64, error: "pvelab: expected one token name\n") }
        let secret = UUID().uuidString.lowercased()
        access.addToken(words[0], like: Topology.tokenID, secret: secret)
        return ControlAnswer(output: secret + "\n")
    }
}
