/// `pvesh get|set|create|delete PATH [--name value]…` on the node's shell: the API's calls, as root (PVE::CLI::pvesh).
/// The output is JSON, as with `--output-format json`.
extension Node {
    func pvesh(_ words: [String]) async -> ControlAnswer {
        let methods = ["get": "GET", "set": "PUT", "create": "POST", "delete": "DELETE"]
        guard words.count >= 2, let method = methods[words[0]], words.count.isMultiple(of: 2) else {
            return ControlAnswer(status: 255, error: "ERROR: unknown command 'pvesh \(words.joined(separator: " "))'\n")
        }
        var call = Call(
            method: method,
            path: words[1].split(separator: "/").map(String.init),
            parameters: [:],
            caller: .root
        )
        for index in stride(from: 2, to: words.count, by: 2) where words[index] != "--output-format" {
            call.parameters[words[index].trimmingPrefix { $0 == "-" }.description] = words[index + 1]
        }
        do {
            let answer = try await Router(node: self, nodeName: name).answer(call)
            return ControlAnswer(output: answer.data == .null ? "" : answer.data.encoded + "\n")
        } catch let failure as Failure {
            return ControlAnswer(status: 255, error: "\(failure.message)\n")
        } catch {
            return ControlAnswer(status: 255, error: "\(error)\n")
        }
    }
}
