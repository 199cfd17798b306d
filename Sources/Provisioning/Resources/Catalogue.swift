/// The kinds of resources that a playbook can name.
public enum Catalogue {
    public static let kinds: [any Resource.Type] = []
}
