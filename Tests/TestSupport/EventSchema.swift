import Foundation

/// The schema of the program's JSON output, stricter than published: an event or a member that it does not describe is an
/// error.
package struct EventSchema: Sendable {
    private struct Failure: Error, CustomStringConvertible { var description: String }

    private static let root = URL(filePath: #filePath).appending(path: "../../..").standardizedFileURL

    /// The events that the schema describes.
    package let events: Set<String>
    /// The schema of an array of lines.
    private let strict: Data

    /// Loads the schema.
    ///
    /// - Parameter requiresAll: Whether each member is required, including those that may be missing.
    package init(requiresAll: Bool = false) throws {
        let file = Self.root.appending(path: "docs/events.schema.json")
        let schema = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any] ?? [:]
        guard let definitions = schema["$defs"] as? [String: [String: Any]],
            let references = schema["anyOf"] as? [[String: String]]
        else { throw Failure(description: "docs/events.schema.json has no `$defs` or no list `anyOf` of `$ref`") }
        var branches: [String: String] = [:]
        for reference in references.compactMap({ $0["$ref"] }) {
            let members = definitions[String(reference.trimmingPrefix("#/$defs/"))]?["properties"] as? [String: Any]
            guard let event = (members?["event"] as? [String: Any])?["const"] as? String else {
                throw Failure(description: "\(reference) has no constant `event`")
            }
            branches[event] = reference
        }
        events = Set(branches.keys)
        // With `anyOf`, an error would not say what is wrong with the line.
        let items: [String: Any] = [
            "type": "object", "required": ["event"], "properties": ["event": ["enum": branches.keys.sorted()]],
            "allOf": branches.map { event, reference -> [String: Any] in
                let condition: [String: Any] = ["required": ["event"], "properties": ["event": ["const": event]]]
                return ["if": condition, "then": ["$ref": reference]]
            },
        ]
        let lines: [String: Any] = [
            "$schema": schema["$schema"] ?? "", "type": "array", "items": items,
            "$defs": Self.strict(definitions, requiresAll: requiresAll),
        ]
        strict = try JSONSerialization.data(withJSONObject: lines)
    }

    private static func strict(_ value: Any, requiresAll: Bool) -> Any {
        if let list = value as? [Any] { return list.map { strict($0, requiresAll: requiresAll) } }
        guard var schema = (value as? [String: Any])?.mapValues({ strict($0, requiresAll: requiresAll) }) else {
            return value
        }
        guard let members = schema["properties"] as? [String: Any] else { return schema }
        if schema["additionalProperties"] == nil { schema["additionalProperties"] = false }
        if requiresAll { schema["required"] = members.keys.sorted() }
        return schema
    }

    /// Returns the errors in the JSON lines of a command's output; empty if each line matches the schema.
    ///
    /// - Throws: An error if check-jsonschema (PyPI) cannot be run.
    package func errors(in output: String) async throws -> String {
        try await Process.onThread { Result { try blockingErrors(in: output) } }.get()
    }

    /// Returns the same as ``errors(in:)``, but blocks the thread.
    package func blockingErrors(in output: String) throws -> String {
        let lines = output.split(separator: "\n")
        guard !lines.isEmpty else { return "" }
        for line in lines where (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any] == nil {
            return "not a JSON object: \(line)"
        }
        let tool = Self.root.appending(path: ".build/schema-tools/bin/check-jsonschema")
        guard FileManager.default.isExecutableFile(atPath: tool.path) else {
            throw Failure(description: "check-jsonschema is not installed; run .ci/install-dependencies")
        }
        let scratch = ScratchFolder()
        let files = ["schema.json", "lines.json"].map { URL(filePath: "\(scratch.path)/\($0)") }
        try strict.write(to: files[0])
        try Data("[\(lines.joined(separator: ",\n"))]".utf8).write(to: files[1])
        let process = Process()
        process.executableURL = tool
        process.arguments = ["--color", "never", "--schemafile"] + files.map(\.path)
        let pipe = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let report = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return process.terminationStatus == 0 ? "" : "exit status \(process.terminationStatus): \(report)"
    }
}
