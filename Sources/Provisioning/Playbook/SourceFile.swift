public import Foundation
import Yams

/// All mistakes of a file, or of several that belong together.
public struct Mistakes: Error, Sendable, Equatable {
    public var all: [Mistake]

    public init(_ all: [Mistake]) { self.all = all }
}

extension Mistakes: LocalizedError {
    public var errorDescription: String? {
        "\(all.count == 1 ? "1 mistake" : "\(all.count) mistakes"); nothing was contacted"
    }
    public var failureReason: String? { all.map(\.description).joined(separator: "\n") }
}

/// A YAML file that a person wrote.
struct SourceFile {
    /// Three hundred sites take a tenth of it; what is bigger is some other file.
    static let limit = 1 << 20

    let name: String
    let text: String

    init(name: String, text: String) {
        self.name = name
        self.text = text
    }

    /// Reads a file, and no more of it than ``limit``.
    init(path: String) throws(Mistakes) {
        name = path
        let data: Data
        // Reading a folder fails with words that name neither.
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            throw Mistakes([Mistake(file: path, line: nil, text: "is a folder")])
        }
        do {
            let file = try FileHandle(forReadingFrom: URL(filePath: path))
            defer { try? file.close() }
            data = try file.read(upToCount: SourceFile.limit + 1) ?? Data()
        } catch {
            throw Mistakes([Mistake(file: path, line: nil, text: SourceFile.reason(error))])
        }
        guard data.count <= SourceFile.limit else {
            throw Mistakes([Mistake(file: path, line: nil, text: "is bigger than 1 MiB, and was not read")])
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw Mistakes([SourceFile.firstBadByte(of: data, in: path)])
        }
        self.text = text
    }

    /// The only document of the file.
    func node() throws(Mistakes) -> Node {
        do {
            try refuseBombs()
            // Every scalar is a text, and who reads it says what of: what Yams takes for a number concerns nobody.
            if let node = try Yams.compose(yaml: text, .basic), !node.isNull { return node }
        } catch let error as YamlError {
            throw Mistakes([mistake(error)])
        } catch let mistakes as Mistakes {
            throw mistakes
        } catch {
            throw Mistakes([Mistake(file: name, line: nil, text: "cannot be read: \(Complaint(error).text)")])
        }
        throw Mistakes([Mistake(file: name, line: nil, text: "is empty")])
    }

    private static func reason(_ error: any Error) -> String {
        switch (error as? CocoaError)?.code {
        case .fileReadNoSuchFile?, .fileNoSuchFile?: "there is no such file"
        case .fileReadNoPermission?: "may not be read by this user"
        default: "cannot be read: \(error.localizedDescription)"
        }
    }

    private static func firstBadByte(of data: Data, in path: String) -> Mistake {
        var decoder = UTF8()
        var bytes = data.makeIterator()
        var good = 0
        var line = 1
        while case .scalarValue(let scalar) = decoder.decode(&bytes) {
            good += UTF8.width(scalar)
            if scalar == "\n" { line += 1 }
        }
        let byte = String(data[data.startIndex + good], radix: 16, uppercase: true)
        return Mistake(file: path, line: line, text: "byte \(good + 1) of the file is 0x\(byte), which is not UTF-8")
    }

    private func mistake(_ error: YamlError) -> Mistake {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let place = context.map { " (\($0.text), line \($0.mark.line))" } ?? ""
            return Mistake(file: name, line: mark.line, text: "is no YAML: \(problem)\(place)")
        case .duplicatedKeysInMapping(let keys, let context):
            return Mistake(
                file: name, line: context.mark.line,
                text: "\(quoted(keys)) \(keys.count == 1 ? "is" : "are each") given twice in one mapping")
        case .reader(let problem, let offset, _, _):
            let line = offset.map { text.utf8.prefix($0).count { $0 == UInt8(ascii: "\n") } + 1 }
            return Mistake(file: name, line: line, text: "is no YAML: \(problem)")
        default:
            return Mistake(file: name, line: nil, text: "is no YAML: \(error)")
        }
    }
}
