import RemoteShell

extension Script {
    /// Makes a text that Postfix reads look older. Each of its programs that meets one of the last two seconds waits until it
    /// is older, and reads it once more (`dict_load_file_xt`); one that is whole need not be waited for.
    ///
    /// - Parameter paths: one or more words of the shell.
    static func aged(_ paths: Script) -> Script { "touch -d '3 seconds ago' \(paths)" }
}
