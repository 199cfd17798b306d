/// The place from which a secret is read. The inventory never contains the secret itself.
public enum SecretSource: Sendable, Hashable {
    /// The name of an environment variable.
    case environment(String)
    /// A file that only its owner may read or write.
    case file(path: String)
    /// A program with its arguments, which prints the secret. It runs without a shell.
    case command([String])
}
