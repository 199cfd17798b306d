/// `fault METHOD PATH KIND`, as the control socket brings it.
extension Node {
    func orderFault(_ words: [String]) -> ControlAnswer {
        guard words.count == 3, let kind = APIFault.Kind(rawValue: words[2]) else {
            return ControlAnswer(status: 64, error: "pvelab: there is no fault `\(words.joined(separator: " "))`\n")
        }
        order(APIFault(method: words[0], path: words[1], kind: kind))
        return ControlAnswer()
    }
}
