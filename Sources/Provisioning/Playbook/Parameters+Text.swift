import Yams

extension Parameters {
    /// A reader of YAML text, as a step's parameters are written.
    ///
    /// - Throws: ``Mistakes`` where the text is no YAML at all.
    init(yaml: String, file: String = "text", variables: [String: Variable] = [:]) throws {
        self.init(try SourceFile(name: file, text: yaml).node(), file: file, variables: Variables(variables))
    }
}
