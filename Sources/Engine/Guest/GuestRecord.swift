import ConfigurationFiles
package import RemoteShell
public import Resources

/// What runs have recorded in the guest itself, in `/var/lib/mxprovision/run`: pending handlers, a pending
/// verification, and the steps that have created something. Any operator's next run continues from it.
///
/// A repair writes it before it changes anything; every survey reads it.
public struct GuestRecord: Sendable, Equatable {
    /// Reloads and restarts that a repair made necessary and that have not run yet.
    public var pending: [Handler] = []
    /// The guest was changed since its last successful verification.
    public var needsVerification = false
    /// `ID KIND` of each step that a run has repaired, in the order of the first repair.
    package var created: [String] = []

    public init() {}

    /// Reads the result of ``GuestRecordStore/probe``. Any line that is not part of a record counts as a pending
    /// verification: the guest may have been changed.
    package init(_ answer: CommandResult) {
        for line in answer.text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            switch words.first {
            case "created" where words.count == 3: created.append("\(words[1]) \(words[2])")
            case "handler" where words.count == 3:
                guard let action = Handler.Action(rawValue: words[1]), Self.isUnit(words[2]) else { fallthrough }
                pending.append(Handler(action, words[2]))
            default: needsVerification = true
            }
        }
        if answer.exit != 0 { needsVerification = true }
    }

    private static func isUnit(_ text: String) -> Bool {
        text.wholeMatch(of: /[A-Za-z0-9@:_.\\][A-Za-z0-9@:_.\\-]*/) != nil
    }

    fileprivate var lines: [String] {
        pending.map { "handler \($0)" } + (needsVerification ? ["verification"] : []) + created.map { "created \($0)" }
    }

    package mutating func add(_ handlers: [Handler]) {
        for handler in handlers where !pending.contains(handler) { pending.append(handler) }
    }

    mutating func noteCreated(_ step: String, kind: String) {
        let entry = "\(step) \(kind)"
        if !created.contains(entry) { created.append(entry) }
    }

    /// Removes a handler that has run; a restart also does what a reload of the same service would.
    package mutating func remove(_ handler: Handler) {
        pending.removeAll { $0 == handler || handler.action == .restart && $0.service == handler.service }
    }

    /// Removes the handlers of services whose processes were started after the changes.
    mutating func removeHandlers(of services: Set<String>) { pending.removeAll { services.contains($0.service) } }

    /// The handlers to run, except those of some services. A restart makes a reload of the same service unnecessary.
    func due(except started: Set<String> = []) -> [Handler] {
        let pending = pending.filter { !started.contains($0.service) }
        let restarted = Set(pending.filter { $0.action == .restart }.map(\.service))
        return pending.filter { $0.action == .restart || !restarted.contains($0.service) }
    }

    /// Adds what version 0.1 recorded in the local state.
    package mutating func merge(_ state: SiteState) {
        add(state.pendingHandlers)
        needsVerification = needsVerification || state.needsVerification
    }
}

/// Where a guest keeps its ``GuestRecord``.
package struct GuestRecordStore: Sendable {
    package var folder = "/var/lib/mxprovision/run"

    package init(folder: String = "/var/lib/mxprovision/run") {
        self.folder = folder
    }
    private var path: String { folder + "/record" }

    /// Prints the record without starting a process. Prints `damaged` if there is something else in its place.
    package var probe: Script {
        """
        if [ -f \(path) ]; then
            { while IFS= read -r line; do printf '%s\\n' "$line"; done; } 2>/dev/null <\(path) || echo damaged
        elif [ -e \(path) ] || [ -L \(path) ]; then echo damaged; fi
        """
    }

    /// Writes the record, whole or not at all. Creates the folder and replaces whatever is in the file's place.
    package func write(_ record: GuestRecord) -> Script {
        """
        \(Script.replacement)
        (
        umask 077
        make_room \(path + ".new")
        rm -f \(path + ".new")
        make_room \(path)
        printf %s \(record.lines.map { $0 + "\n" }.joined()) >\(path + ".new")
        mv -T \(path + ".new") \(path)
        )
        """
    }
}
