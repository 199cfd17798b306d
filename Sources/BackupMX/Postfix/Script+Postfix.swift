import Alerts
import RemoteShell
import Sites

extension Script {
    /// Sets the modification time of a text that Postfix reads to 3 seconds ago. A Postfix program that reads a text
    /// from the last two seconds waits until it is older, and reads it again (`dict_load_file_xt`). For a complete
    /// text, this is unnecessary.
    ///
    /// - Parameter paths: One or more shell words.
    static func aged(_ paths: Script) -> Script { "touch -d '3 seconds ago' \(paths)" }
}
