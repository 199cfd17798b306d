/// `pct create <vmid> <ostemplate> [OPTIONS]` on the node's shell (PVE::CLI::pct): the API's call as root@pam, with the
/// task's log on standard output.
extension Node {
    private static let usage = "pct create <vmid> <ostemplate> [OPTIONS]\n"

    /// Creates a guest.
    ///
    /// - Parameter words: The words after the id. The value of `--ssh-public-keys` is the content of the named file.
    func pctCreate(_ id: Int, _ words: [String]) async -> ControlAnswer {
        guard let template = words.first, !template.hasPrefix("-") else {
            return ControlAnswer(status: 255, error: "400 not enough arguments\n\(Self.usage)")
        }
        let schema = Schema.create(for: release)
        var call = Call(method: "POST", path: ["nodes", name, "lxc"], parameters: [:], caller: .root)
        var rest = words.dropFirst()
        while let word = rest.popFirst() {
            let parts = word.drop { $0 == "-" }.split(separator: "=", maxSplits: 1).map(String.init)
            guard word.hasPrefix("-"), let parameter = parts.first.flatMap(schema.parameter) else {
                let reason =
                    word.hasPrefix("-")
                    ? "Unknown option: \(parts.first ?? "")\n400 unable to parse option" : "400 too many arguments"
                return ControlAnswer(status: 255, error: "\(reason)\n\(Self.usage)")
            }
            call.parameters[parts[0]] = parts.count > 1 ? parts[1] : Self.value(of: parameter, from: &rest)
        }
        call.parameters.merge(["vmid": String(id), "ostemplate": template]) { _, new in new }
        return await foreground(call, usage: Self.usage)
    }

    /// Runs a call that starts a task, waits for the end of the task, and returns the terminal output of both.
    func foreground(_ call: Call, usage: String = "") async -> ControlAnswer {
        do {
            guard case .text(let upid) = try await Router(node: self, nodeName: name).answer(call).data else {
                return ControlAnswer()
            }
            return await output(of: upid)
        } catch let failure as Failure {
            let errors = failure.errors.sorted { $0.key < $1.key }
                .map { "\($0.key): \($0.value)" + ($0.value.hasSuffix("\n") ? "" : "\n") }.joined()
            let isUsage = failure.status == 400
            return ControlAnswer(
                status: 255, error: isUsage ? "400 \(failure.message)\n\(errors)\(usage)" : "\(failure.message)\n")
        } catch {
            return ControlAnswer(status: 255, error: "\(error)\n")
        }
    }

    /// Returns the value of an option. A boolean option may have no value; all others take the next word.
    private static func value(of parameter: Parameter, from rest: inout ArraySlice<String>) -> String {
        guard parameter.typeName == "boolean" else { return rest.popFirst() ?? "" }
        let words = ["1": "1", "on": "1", "yes": "1", "true": "1", "0": "0", "off": "0", "no": "0", "false": "0"]
        guard let next = rest.first, let value = words[next.lowercased()] else { return "1" }
        rest.removeFirst()
        return value
    }

    /// Waits for a task and returns its terminal output: its log without the last line.
    private func output(of upid: String) async -> ControlAnswer {
        await workers[upid]?.value
        guard let task = tasks.tasks[upid] else { return ControlAnswer() }
        let lines = task.log.dropLast()
        var answer = ControlAnswer(output: lines.filter { !$0.hasPrefix("WARN: ") }.map { $0 + "\n" }.joined())
        let warnings = lines.filter { $0.hasPrefix("WARN: ") }
        answer.error = warnings.map { $0 + "\n" }.joined()
        if !warnings.isEmpty { answer.error += "Task finished with \(warnings.count) warning(s)!\n" }
        if task.outcome == "error" || task.outcome == "unknown" {
            answer.status = 255
            answer.error += "\(task.exitStatus ?? "")\n"
        }
        return answer
    }
}
