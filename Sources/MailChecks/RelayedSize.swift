/// How a message grows from the backup's smtpd to the primary's.
enum RelayedSize {
    /// Bytes of the Received header that the backup adds, at most.
    ///
    /// Measured with Postfix 3.7: 218 bytes with short names. The client's name in EHLO, its name in DNS and the backup's own
    /// have up to 255 bytes each, and the recipient what a command line holds (`line_length_limit`, 2048).
    private static let header = 4096
    /// Postfix breaks longer lines (`smtp_line_length_limit`), each time with CR, LF and a blank.
    private static let lineLength = 998
    private static let lineBreak = 3

    /// By how many bytes a message of this size may grow.
    static func growth(of size: Int) -> Int { header + lineBreak * (size / lineLength + 1) }

    /// The largest limit of a primary for which the backup's limit is not smaller than necessary.
    static func largestUseful(of size: Int) -> Int { size + growth(of: size) + size / 100 }

    /// `10200000 and 34759 that it may add`
    static func described(_ size: Int) -> String { "\(size), to which it may add \(growth(of: size))" }
}
