import Engine
import RemoteShell
package import Resources

/// The guest's public ssh host keys, as its notes record them beside the ownership marker. Any machine that can read
/// the notes trusts exactly these keys.
///
/// One line for each key: `mxprovision-host-key: ssh-ed25519 AAAA…`. The line `mxprovision-host-key: inherited` says
/// that the guest still has the keys of its template, and that a run has to replace them.
enum HostKeyRecord: Equatable, Sendable {
    /// The keys of the template. A run has announced these keys, but may have died before it installed them.
    case inherited(announced: [String])
    /// The guest's own key; two while a rotation is in progress. Never empty.
    case own([String])

    private static let lines = NoteLines(prefix: "mxprovision-host-key: ")
    private static let inheritance = "inherited"

    /// Reads the lines of a guest's notes. Returns nil if there are none, as in notes that version 0.1 wrote.
    package init?(in notes: String) {
        let values = Self.lines.values(in: notes)
        let keys = HostKeys.keys(in: values.joined(separator: "\n"))
        if values.contains(Self.inheritance[...]) {
            self = .inherited(announced: keys)
        } else if !keys.isEmpty {
            self = .own(keys)
        } else {
            return nil
        }
    }

    /// Returns the notes with these lines instead of earlier ones, after the ownership marker. Other lines are
    /// unchanged.
    package func written(into notes: String) -> String { Self.lines.write(values, into: notes) }

    private var values: [String] {
        switch self {
        case .inherited(let announced): [Self.inheritance] + announced
        case .own(let keys): keys
        }
    }
}

extension LocatedGuest {
    /// What the notes record of the guest's ssh host keys; nil for a guest of version 0.1.
    var hostKeys: HostKeyRecord? { HostKeyRecord(in: notes) }

    /// The change that a run has to make to the record of the guest's ssh host keys; nil if the notes have its own key.
    package var hostKeyChange: Change? {
        switch hostKeys {
        case .own(let keys)? where keys.count == 1: nil
        case .own?, nil: Change("ssh host key in the guest's notes", from: nil, to: "recorded")
        case .inherited?: Change("ssh host keys", from: "the template's", to: "its own")
        }
    }

    /// Whether steps may have run in the guest, so that it may hold mail. A fresh clone gets its own host keys first.
    package var mayHoldMail: Bool {
        if case .inherited? = hostKeys { false } else { true }
    }
}
