public import ConfigurationFiles
import Diagnostics
import Foundation
public import RemoteShell

/// Debian packages that must be installed.
public struct Packages: Resource {
    public static let kind = "packages"
    public static let takesLong = true
    /// The names of the packages.
    public let names: [String]
    /// Answers for debconf-set-selections(1), one per line: `postfix postfix/mailname string mx2.example.net`.
    public let answers: [String]
    /// Whether services may start during the installation.
    public let start: Bool

    /// Files that later steps write again. If they are damaged, the scripts of the packages fail.
    public let rebuilt: [String]

    private static let form = Pattern(/[a-z0-9][a-z0-9+.-]+/)
    private static let abbreviation = Pattern(/[a-z][A-Za-z][ R]/)

    public init(_ parameters: inout Parameters) {
        names = parameters.strings("names")
        answers = parameters.optionalStrings("debconf") ?? []
        start = parameters.boolean("start", default: true)
        rebuilt = parameters.optionalStrings("rebuilt") ?? []
        for path in rebuilt where !path.hasPrefix("/") || path.contains(where: { $0.isNewline || $0 == "\0" }) {
            parameters.wrong("rebuilt", "`rebuilt`: invalid value `\(path)`; expected an absolute path")
        }
        if names.isEmpty { parameters.wrong("names", "`names` is empty") }
        for name in names where !Self.form.fits(name) {
            parameters.wrong("names", "`names`: invalid name of a Debian package `\(name)`")
        }
        parameters.finish()
    }

    public var objects: [ManagedObject] { names.map { .package($0) } }

    /// Prints the status of each package, then each of its programs, units and settings that is not usable.
    ///
    /// This takes 2 ms for all packages. `dpkg --verify` takes 10 ms per package.
    public var probe: Script {
        let lists = names.map { "/var/lib/dpkg/info/\($0).list" }
        // Only settings in the folder with the package's name are checked. Others may have been deleted on purpose.
        let folders = names.map { $0.replacing("+", with: "[+]").replacing(".", with: "[.]") }.joined(separator: "|")
        let pattern = "/s?bin/[^/]+$|/systemd/system/[^/]+$|^/etc/(\(folders))/"
        return """
            dpkg-query -W -f '${Package} ${db:Status-Abbrev}\\n' -- \(names)
            status=$?
            for f in $(grep -hsE \(pattern) \(lists)); do
                case $f in
                /etc/*) [ -s "$f" ] || [ -d "$f" ] ;;
                */systemd/*) [ -f "$f" ] && [ -s "$f" ] ;;
                *) [ -f "$f" ] && [ -s "$f" ] && [ -x "$f" ] ;;
                esac || echo "damaged $f"
            done
            exit $status
            """
    }

    public struct Observation: Sendable, Equatable {
        /// The expected packages that are installed and configured.
        package var installed: Set<String> = []
        /// Files of these packages that are missing, empty, not regular files, or not executable.
        package var damaged: [String] = []
        /// The reason why dpkg cannot read its own database, or nil if it can.
        package var failure: String?
    }

    public func observation(from answer: CommandResult) throws -> Observation {
        let unreadable = UnreadableAnswer(expected: "a list of packages", answer: answer)
        var known: Set<String> = []
        var observed = Observation()
        for line in answer.text.split(separator: "\n") {
            if line.hasPrefix("damaged /") {
                observed.damaged.append(String(line.dropFirst("damaged ".count)))
                continue
            }
            // Two letters for the desired and the actual state, and a third if the package is broken: `ii `, `un `,
            // `iHR`.
            let name = line.prefix { $0 != " " }
            let status = line.dropFirst(name.count + 1)
            guard Self.form.fits(name), Self.abbreviation.fits(status) else { throw unreadable }
            known.insert(String(name))
            if status.dropFirst() == "i " { observed.installed.insert(String(name)) }
        }
        if answer.exit == 2,
            let line = answer.errorText.split(separator: "\n").first(where: { $0.contains(": error: ") })
        {
            return Observation(failure: String(line))
        }
        // The exit status is 1 if a package is unknown (dpkg-query(1)). That is a valid result if each unknown one is
        // named.
        let unknown = answer.named(/no packages found matching ([a-z0-9+.-]+)/)
        guard answer.exit <= 1, known.union(unknown).isSuperset(of: names) else { throw unreadable }
        return observed
    }

    public func changes(from observed: Observation) -> [Change] {
        if let failure = observed.failure { return [Change("dpkg's database", from: failure, to: "readable")] }
        return names.filter { !observed.installed.contains($0) }.map { Change($0, from: nil, to: "installed") }
            + observed.damaged.map { Change($0, from: "missing or damaged", to: "as in its package") }
    }

    /// Restores dpkg's database from its own backups first. Then it completes interrupted operations and reinstalls
    /// packages with damaged files.
    public func repair(for observed: Observation) -> Script {
        let missing = names.filter { !observed.installed.contains($0) }
        let preseed: Script =
            answers.isEmpty ? "" : "printf '%s\\n' \(answers) | debconf-set-selections"
        // invoke-rc.d(8) runs this program to check whether a service may start. Exit status 101 forbids it.
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
        let reinstall: Script =
            observed.damaged.isEmpty
            ? ":"
            : """
            for f in \(observed.damaged); do case $f in /etc/*) ;; *) [ ! -d "$f" ] || set_aside "$f" ;; esac; done
                apt --reinstall -o Dpkg::Options::=--force-confold -o Dpkg::Options::=--force-confmiss install -- \
                $(dpkg-query -S \(observed.damaged) | sed 's/: .*//; s/,.*//' | sort -u)
            """
        return """
            \(.replacement)export DEBIAN_FRONTEND=noninteractive
            \(Self.database)
            \(preseed)
            \(hold)
            \(Self.apt)
            install() {
                apt --reinstall --no-install-recommends -o Dpkg::Options::=--force-confold \
                    -o Dpkg::Options::=--force-confmiss \
                    install -- \(missing)
            }
            fetch() {
                [ -z "$(find /var/lib/apt/lists -maxdepth 1 -name '*Packages*' -mtime -1 | head -n 1)" ] || ! install || return 0
                apt update && install
            }
            reinstall() {
                \(reinstall)
            }
            complete() {
                # Both fail on a package whose files are lost. It is unpacked again below.
                dpkg --configure -a --force-confold --force-confmiss || apt --fix-broken install || true
                fetch && reinstall
            }
            # A package's own script may fail on settings that a later step rewrites.
            complete || {
                for f in \(rebuilt); do
                    [ -e "$f" ] || [ -L "$f" ] || continue
                    make_room "$f.mxprovision-damaged"
                    mv -T "$f" "$f.mxprovision-damaged"
                done
                complete
            }
            """
    }

    /// Defines `apt`: apt-get(8) without questions, which prints downloads and waits while another program locks dpkg.
    ///
    /// needrestart(1) is suspended, because it is only for upgrades that the guest installs by itself.
    package static let apt: Script = """
        apt() { DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"; }
        """

    /// Replaces a damaged database with a backup. A database is valid if dpkg can read it and it contains the packages
    /// whose file lists exist.
    private static let database: Script = """
        is_whole() {
            known=$(dpkg-query --admindir="$1" -W -f '.\n' 2>/dev/null | wc -l)
            [ "$known" -gt 0 ] && [ $((known * 10)) -ge $((9 * $(ls /var/lib/dpkg/info | grep -c '[.]list$'))) ]
        }
        if ! is_whole /var/lib/dpkg; then
            d=$(mktemp -d)
            mkdir "$d/updates"
            for f in /var/lib/dpkg/status /var/lib/dpkg/status-old /var/backups/dpkg.status.*; do
                [ -f "$f" ] || continue
                case $f in *.gz) gzip -dc "$f" ;; *) cat "$f" ;; esac >"$d/status" 2>/dev/null || continue
                ! is_whole "$d" || break
            done
            if ! is_whole "$d"; then
                rm -r "$d"
                echo 'the dpkg database /var/lib/dpkg/status and its backups are damaged; restore it, or use `rebuild`' >&2
                exit 1
            fi
            # The files of an interrupted dpkg belong to the damaged database.
            for f in /var/lib/dpkg/updates/*; do [ ! -e "$f" ] || rm -rf -- "$f"; done
            replace 644 root:root /var/lib/dpkg/status <"$d/status"
            rm -r "$d"
        fi
        """
}
