/// A name of an inventory or a site: it becomes a folder's name, and a word of the Mark in a guest's notes.
struct Name: Notation {
    let description: String
    private static let form = Pattern(/[A-Za-z0-9][A-Za-z0-9._-]*/)

    init(reading text: String) throws(Misfit) {
        guard text.count <= 63, Self.form.fits(text) else {
            throw Misfit(text: "`\(text.prefix(64))` is no name: up to 63 letters, digits, `.`, `_` and `-` are wanted")
        }
        description = text
    }
}
