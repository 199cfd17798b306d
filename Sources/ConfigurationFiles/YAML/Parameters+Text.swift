import Yams

extension Parameters {
    /// Creates a reader of a YAML text, in the form of a step's parameters.
    ///
    /// - Throws: ``Mistakes`` if the text is not valid YAML.
    package init(yaml: String, file: String = "text", variables: [String: Variable] = [:]) throws {
        self.init(try SourceFile(name: file, text: yaml).node(), file: file, variables: Variables(variables))
    }
}
