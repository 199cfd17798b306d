/// `fault METHOD PATH KIND [TOKEN]`, as received by the control socket.
extension Node {
    func orderFault(_ words: [String]) -> ControlAnswer {
        guard 3...4 ~= words.count, let kind = APIFault.Kind(rawValue: words[2]) else {
            return ControlAnswer(status: 64, error: "pvelab: unknown fault `\(words.joined(separator: " "))`\n")
        }
        order(APIFault(method: words[0], path: words[1], kind: kind, token: words.count > 3 ? words[3] : nil))
        return ControlAnswer()
    }
}
