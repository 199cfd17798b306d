import Alerts
import ConfigurationFiles
import Engine
import RemoteShell
import Resources
import Sites

/// The setup of the primary that lets guests query it for recipients: an account without a password, the script
/// `list-recipients` with its settings, and for each guest's key a line that allows it to run only that script.
struct RecipientExporter: Sendable, Equatable {
    /// The account on the primary.
    static let account = "mxprovision"

    let script: String
    let settings: String
    /// The addresses from which the guest connects to the primary; empty if unknown.
    let from: [String]

    /// The version of script and settings. Each answer contains it, so that an outdated exporter is detected.
    var version: String {
        // FNV-1a.
        let hash = (script + settings).utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01b3
        }
        return String(hash, radix: 16)
    }

    private static let home = "/var/lib/mxprovision"
    private static let program = "/usr/local/lib/mxprovision/list-recipients"
    private static let keys = home + "/.ssh/authorized_keys"

    private static func settingsPath(of name: String) -> String {
        "/etc/mxprovision/list-recipients-\(name.prefix { $0 != "/" })"
    }

    /// - Parameter name: `inventory/site`.
    func keyEnrollment(of key: String, named name: String) -> KeyEnrollment {
        let path = Self.settingsPath(of: name)
        let places = from.isEmpty ? "" : "from=\"\(from.joined(separator: ","))\","
        let line = "restrict,\(places)command=\"\(Self.program) \(path)\" \(key) mxprovision:\(name)"
        // The account's files belong to root, so that the account cannot extend its rights.
        let script: Script = """
            set -eu
            umask 022
            id \(Self.account) >/dev/null 2>&1 ||
                useradd --system --home-dir \(Self.home) --no-create-home --shell /bin/sh \(Self.account)
            # No password, but not locked: sshd without PAM refuses logins to a locked account.
            usermod --password '*' \(Self.account)
            mkdir -p \(Self.home + "/.ssh") /etc/mxprovision /usr/local/lib/mxprovision
            put() { printf %s "$2" >"$1.new"; chmod "$3" "$1.new"; mv "$1.new" "$1"; }
            put \(Self.program) \(self.script) 755
            put \(path) \("version=\(version)\n" + settings) 644
            credentials=$(sed -n 's/^credentials=//p' \(path))
            if [ -n "$credentials" ]; then
                chgrp \(Self.account) "$credentials"
                chmod u=rw,g=r,o= "$credentials"
            fi
            \(Self.withoutLine(of: name))
            printf '%s\\n' \(line) >>\(Self.keys + ".new")
            chmod 644 \(Self.keys + ".new")
            mv \(Self.keys + ".new") \(Self.keys)
            """
        return KeyEnrollment(script: script, line: line)
    }

    /// Returns the script that removes a guest from the primary, with the files that no other guest needs. The account
    /// is kept, but no key can log in to it.
    static func farewell(to name: String) -> Script {
        let path = settingsPath(of: name)
        return """
            set -eu
            umask 022
            [ -e \(keys) ] || exit 0
            \(withoutLine(of: name))
            chmod 644 \(keys + ".new")
            mv \(keys + ".new") \(keys)
            grep -qF \(" \(path)\" ") \(keys) || rm -f \(path)
            [ -s \(keys) ] || rm -f \(program)
            """
    }

    /// Writes the lines of all other guests to a new file.
    private static func withoutLine(of name: String) -> Script {
        """
        touch \(keys)
        awk -v name=\("mxprovision:" + name) '$NF != name' \(keys) >\(keys + ".new")
        """
    }
}

extension RecipientExporter {
    init(_ parameters: inout Parameters) {
        script = parameters.text(ofFile: "exporter")
        settings = parameters.string("settings")
        from = (parameters.optionalValues("from", as: IPAddress.self) ?? []).map(\.description)
    }
}
