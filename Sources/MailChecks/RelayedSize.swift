/// Calculates how much a message grows from the backup's smtpd to the primary's.
enum RelayedSize {
    /// The maximum size in bytes of the Received header that the backup adds.
    ///
    /// Measured with Postfix 3.7: 218 bytes with short names. The client's name in EHLO, its name in DNS and the
    /// backup's own have up to 255 bytes each, and the recipient up to the length of a command line
    /// (`line_length_limit`, 2048).
    private static let header = 4096
    /// The length at which Postfix breaks a line (`smtp_line_length_limit`), each time with CR, LF and a space.
    private static let lineLength = 998
    private static let lineBreak = 3

    /// Returns the maximum number of bytes by which a message of this size grows.
    static func growth(of size: Int) -> Int { header + lineBreak * (size / lineLength + 1) }

    /// Returns the largest limit of a primary for which the backup's limit is not smaller than necessary.
    static func largestUseful(of size: Int) -> Int { size + growth(of: size) + size / 100 }

    /// Returns a text such as `10200000, to which it may add 34759`.
    static func described(_ size: Int) -> String { "\(size), to which it may add \(growth(of: size))" }
}
