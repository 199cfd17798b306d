extension String {
    /// The text with `�` in the place of each control character but tab and newline: what a host says must not move the
    /// cursor, recolour or rename the terminal of who reads it.
    var printable: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar in
                    scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t"
                        ? "\u{FFFD}" : scalar
                }))
    }
}
