import Diagnostics
public import Foundation
package import Yams

/// The mistakes of a file, or of several files that belong together.
public struct Mistakes: Error, Sendable, Equatable {
    /// All mistakes, in the order in which they are shown.
    public var all: [Mistake]

    public init(_ all: [Mistake]) { self.all = all }

    /// The maximum number of mistakes of one kind that are shown.
    private static let enough = 10

    /// The mistakes to show. If more than ten of a file differ only in quoted values and numbers, these are the first
    /// ten and the count of the others.
    public var shown: [Mistake] {
        let kinds = Dictionary(grouping: all.indices) { index in
            all[index].file + all[index].text.replacing(/`[^`]*`|[0-9]+/, with: "`")
        }
        var last: [Int: Int] = [:]
        var hidden: Set<Int> = []
        for indices in kinds.values where indices.count > Self.enough {
            hidden.formUnion(indices[Self.enough...])
            last[indices[Self.enough - 1]] = indices.count - Self.enough
        }
        return all.indices.filter { !hidden.contains($0) }.flatMap { index -> [Mistake] in
            let rest = last[index].map {
                Mistake(file: all[index].file, line: nil, text: "\($0) more mistakes like the one above")
            }
            return [all[index]] + [rest].compactMap(\.self)
        }
    }
}

extension Mistakes: LocalizedError {
    public var errorDescription: String? {
        "\(all.count == 1 ? "1 mistake" : "\(all.count) mistakes"); nothing was contacted"
    }
    public var failureReason: String? { shown.map(\.description).joined(separator: "\n") }
}

/// A YAML file that a person wrote.
package struct SourceFile {
    /// The maximum size in bytes, 1 MiB. A file of 300 sites is a tenth of that; a larger one is some other file.
    package static let limit = 1 << 20

    package let name: String
    package let text: String

    package init(name: String, text: String) {
        self.name = name
        self.text = ExternalText.normalized(text)
    }

    /// Reads a file, up to ``limit`` bytes.
    ///
    /// - Parameter option: the command-line option that names the file, if there is one.
    package init(path: String, option: String? = nil) throws(Mistakes) {
        name = path
        if let text = BundledFiles.text(at: path) {
            self.text = text
            return
        }
        let data: Data
        // The error of reading a folder does not say that the path is a folder.
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            throw Mistakes([
                Mistake(
                    file: path, line: nil,
                    text: "is a folder" + (option.map { "; specify a file with `\($0) FILE`" } ?? ""))
            ])
        }
        do {
            let file = try FileHandle(forReadingFrom: URL(filePath: path))
            defer { try? file.close() }
            data = try file.read(upToCount: SourceFile.limit + 1) ?? Data()
        } catch {
            throw Mistakes([Mistake(file: path, line: nil, text: SourceFile.reason(error, option: option))])
        }
        guard data.count <= SourceFile.limit else {
            throw Mistakes([Mistake(file: path, line: nil, text: "is larger than 1 MiB and was not read")])
        }
        do { text = try ExternalText.decode(data) } catch {
            let line: Int? = if case .notUTF8(_, _, let line) = error { line } else { nil }
            throw Mistakes([Mistake(file: path, line: line, text: error.text)])
        }
    }

    /// Returns the single document of the file.
    ///
    /// - Throws: ``Mistakes``
    package func node() throws(Mistakes) -> Node {
        let diagnosis = YAMLDiagnosis(of: text)
        if let (line, words) = diagnosis.invisible { throw Mistakes([Mistake(file: name, line: line, text: words)]) }
        do {
            try refuseBombs()
            // Every scalar is read as a text, and the caller converts it. So the types that Yams infers do not matter.
            if let node = try Yams.compose(yaml: text, .basic), !node.isNull { return node }
        } catch let error as YamlError {
            let (line, words) = diagnosis.explain(error)
            throw Mistakes([Mistake(file: name, line: line, text: words)])
        } catch let mistakes as Mistakes {
            throw mistakes
        } catch {
            throw Mistakes([Mistake(file: name, line: nil, text: "cannot be read: \(ErrorDescription(error).text)")])
        }
        throw Mistakes([Mistake(file: name, line: nil, text: "is empty; see the example in Inventory/ or Playbooks/")])
    }

    private static func reason(_ error: any Error, option: String?) -> String {
        switch (error as? CocoaError)?.code {
        case .fileReadNoSuchFile?, .fileNoSuchFile?:
            "file not found"
                + (option.map {
                    "; specify it with `\($0) FILE`, or run the command in the folder that the path is relative to"
                }
                    ?? "")
        case .fileReadNoPermission?: "permission denied; see `ls -l`"
        default: "cannot be read: \(ErrorDescription(error).what)"
        }
    }
}
