/// Values that a shell must never interpret.
package enum HostileValue {
    package static let all = [
        "", " ", "'", "''", "\"", "a'b\"c", "$(reboot)", "`reboot`", "${IFS}", "$HOME", "\\", "a\\", "\\n", "%s%n",
        "a\nb", "\n", "\r\n", "-", "--", "-rf", "-e x", ";reboot", "&& reboot", "| reboot", "> /etc/passwd", "*",
        "~root",
        "#", "!x", "a b  c", "\t", "ü", "e\u{301}", "\u{5d0}txt", "🙂", "EOF", "'; reboot; '", "$'\\x27'", "\u{1b}[2J",
    ]
}
