/// A user of Proxmox with the realm, `root@pam` (PVE::Auth::Plugin).
struct ProxmoxUser: Notation {
    let description: String
    private static let form = Pattern(/[^\s:\/@!]+@[A-Za-z][A-Za-z0-9._-]+/)

    init(reading text: String) throws(Misfit) {
        guard 3...64 ~= text.count, Self.form.fits(text) else {
            throw Misfit(text: "`\(text)` is no user of Proxmox; `user@realm` is wanted, like `mxprovision@pve`")
        }
        description = text
    }
}

/// The id of an API token, `user@realm!name`.
struct TokenID: Notation {
    let description: String
    private static let form = Pattern(/[^\s:\/@!]+@[A-Za-z][A-Za-z0-9._-]+![A-Za-z][A-Za-z0-9._-]+/)

    init(reading text: String) throws(Misfit) {
        guard Self.form.fits(text) else {
            // What was written is not shown: it may well be the id with the secret behind it.
            throw Misfit(text: "this is no token id; `user@realm!name` is wanted, like `mxprovision@pve!up`")
        }
        description = text
    }
}

/// A tag of a guest (PVE::JSONSchema, `pve-tag`); Proxmox keeps tags in lower case.
struct Tag: Notation {
    /// What a guest bears unless the inventory says otherwise.
    static let own = Tag(description: "mxprovision")

    let description: String
    private static let form = Pattern(/[A-Za-z0-9_][A-Za-z0-9_.+-]*/)

    private init(description: String) { self.description = description }

    init(reading text: String) throws(Misfit) {
        guard Self.form.fits(text) else {
            throw Misfit(text: "`\(text)` is no tag: letters, digits, `_`, `-`, `+` and `.` are wanted")
        }
        description = text.lowercased()
    }
}

/// A name that Proxmox gives to a node, a bridge, a storage or a pool.
struct ProxmoxName: Notation {
    let description: String
    private static let form = Pattern(/[A-Za-z0-9][A-Za-z0-9._-]*/)

    init(reading text: String) throws(Misfit) {
        guard text.count <= 64, Self.form.fits(text) else {
            throw Misfit(text: "`\(text)` is no name that Proxmox takes: letters, digits, `.`, `_` and `-` are wanted")
        }
        description = text
    }
}

/// A host to connect to: a name, of one label too, or an address.
struct Host: Notation {
    let description: String
    private static let form = Pattern(/[A-Za-z0-9_]([A-Za-z0-9_-]*)/)

    init(reading text: String) throws(Misfit) {
        if let address = IPAddress(text) {
            description = address.description
        } else if Self.form.fits(text) {
            description = text
        } else if text.contains("/") || text.contains(":") {
            throw Misfit(
                text: "`\(text)` is no host; a name or an address alone is wanted, without scheme, port or path")
        } else {
            description = try DomainName(reading: text).description
        }
    }
}
