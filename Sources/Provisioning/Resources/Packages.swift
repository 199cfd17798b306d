import Foundation
public import RemoteShell

/// Debian packages that are to be installed.
public struct Packages: Resource {
    public static let kind = "packages"
    public static let takesLong = true
    public let names: [String]
    /// Answers for debconf-set-selections(1), one a line: `postfix postfix/mailname string mx2.example.net`.
    public let answers: [String]
    /// Whether services may start as they are installed.
    public let start: Bool

    private static let form = Pattern(/[a-z0-9][a-z0-9+.-]+/)
    private static let abbreviation = Pattern(/[a-z][A-Za-z][ R]/)

    public init(_ parameters: inout Parameters) {
        names = parameters.strings("names")
        answers = parameters.optionalStrings("debconf") ?? []
        start = parameters.boolean("start", default: true)
        if names.isEmpty { parameters.wrong("names", "`names` is empty") }
        for name in names where !Self.form.fits(name) {
            parameters.wrong("names", "`\(name)` is no name of a Debian package")
        }
        parameters.finish()
    }

    public var probe: Script { "dpkg-query -W -f '${Package} ${db:Status-Abbrev}\\n' -- \(names)" }

    /// The wanted packages that are installed and configured.
    public func observation(from answer: Completion) throws -> Set<String> {
        let unreadable = UnreadableAnswer(expected: "a list of packages", answer: answer)
        var known: Set<String> = []
        var installed: Set<String> = []
        for line in answer.text.split(separator: "\n") {
            // Wanted, present, and a third letter where it is broken: `ii `, `un `, `iHR`.
            let name = line.prefix { $0 != " " }
            let status = line.dropFirst(name.count + 1)
            guard Self.form.fits(name), Self.abbreviation.fits(status) else { throw unreadable }
            known.insert(String(name))
            if status.dropFirst() == "i " { installed.insert(String(name)) }
        }
        // 1 where a package is unknown (dpkg-query(1)), which is an answer: each of them is named.
        let unknown = answer.named(/no packages found matching ([a-z0-9+.-]+)/)
        guard answer.exit <= 1, known.union(unknown).isSuperset(of: names) else { throw unreadable }
        return installed
    }

    public func changes(from observed: Set<String>) -> [Change] {
        names.filter { !observed.contains($0) }.map { Change($0, from: nil, to: "installed") }
    }

    public func remedy(for observed: Set<String>) -> Script {
        let missing = names.filter { !observed.contains($0) }
        let preseed: Script =
            answers.isEmpty ? "" : "printf '%s\\n' \(answers) | debconf-set-selections"
        // invoke-rc.d(8) asks this program whether a service may start; 101 forbids it.
        let hold: Script =
            start
            ? ""
            : """
            if [ ! -e /usr/sbin/policy-rc.d ] || grep -q mxprovision /usr/sbin/policy-rc.d; then
                trap 'rm -f /usr/sbin/policy-rc.d' EXIT
                printf '#!/bin/sh\\n# mxprovision: no service starts before it is configured\\nexit 101\\n' >/usr/sbin/policy-rc.d
                chmod 755 /usr/sbin/policy-rc.d
            fi
            """
        return """
            export DEBIAN_FRONTEND=noninteractive
            \(preseed)
            \(hold)
            apt() { apt-get -qq -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"; }
            dpkg --configure -a
            install() { apt install --no-install-recommends -- \(missing); }
            if [ -z "$(find /var/lib/apt/lists -maxdepth 1 -name '*Packages*' -mtime -1 | head -n 1)" ]; then apt update; install
            else install || { apt update; install; }
            fi
            """
    }
}
