/// One mistake in a file that a person wrote: where it is, what is wrong, and what is expected.
public struct Mistake: Sendable, Hashable, CustomStringConvertible {
    /// The path of the file, as the user wrote it.
    public var file: String
    /// The line, counted from 1, or nil if the mistake concerns the whole file.
    public var line: Int?
    /// What is wrong and what is expected.
    public var text: String

    public init(file: String, line: Int?, text: String) {
        self.file = file
        self.line = line
        self.text = text
    }

    public var description: String { "\(file)\(line.map { ":\($0)" } ?? ""): \(text)" }
}
