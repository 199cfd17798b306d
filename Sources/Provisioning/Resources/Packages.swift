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

    /// Files that the packages' own scripts fail on if they are damaged, and that later steps write anew.
    public let rebuilt: [String]

    private static let form = Pattern(/[a-z0-9][a-z0-9+.-]+/)
    private static let abbreviation = Pattern(/[a-z][A-Za-z][ R]/)

    public init(_ parameters: inout Parameters) {
        names = parameters.strings("names")
        answers = parameters.optionalStrings("debconf") ?? []
        start = parameters.boolean("start", default: true)
        rebuilt = parameters.optionalStrings("rebuilt") ?? []
        for path in rebuilt where !path.hasPrefix("/") || path.contains(where: { $0.isNewline || $0 == "\0" }) {
            parameters.wrong("rebuilt", "`\(path)` in `rebuilt` is no absolute path")
        }
        if names.isEmpty { parameters.wrong("names", "`names` is empty") }
        for name in names where !Self.form.fits(name) {
            parameters.wrong("names", "`\(name)` is no name of a Debian package")
        }
        parameters.finish()
    }

    public var objects: [ManagedObject] { names.map { .package($0) } }

    /// The status of each package, then each of its programs and units that is not usable: `dpkg --verify` would take 10 ms
    /// a package for it, this takes 2 ms for all.
    public var probe: Script {
        let lists = names.map { "/var/lib/dpkg/info/\($0).list" }
        // Of the settings, those in the folder that has the package's name: others may have been deleted on purpose.
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
        var installed: Set<String> = []
        /// Files of those packages that are missing, empty, no files, or cannot be executed.
        var damaged: [String] = []
        /// Why dpkg cannot read its own database; nil if it can.
        var failure: String?
    }

    public func observation(from answer: Completion) throws -> Observation {
        let unreadable = UnreadableAnswer(expected: "a list of packages", answer: answer)
        var known: Set<String> = []
        var observed = Observation()
        for line in answer.text.split(separator: "\n") {
            if line.hasPrefix("damaged /") {
                observed.damaged.append(String(line.dropFirst("damaged ".count)))
                continue
            }
            // Wanted, present, and a third letter where it is broken: `ii `, `un `, `iHR`.
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
        // 1 where a package is unknown (dpkg-query(1)), which is an answer: each of them is named.
        let unknown = answer.named(/no packages found matching ([a-z0-9+.-]+)/)
        guard answer.exit <= 1, known.union(unknown).isSuperset(of: names) else { throw unreadable }
        return observed
    }

    public func changes(from observed: Observation) -> [Change] {
        if let failure = observed.failure { return [Change("dpkg's database", from: failure, to: "readable")] }
        return names.filter { !observed.installed.contains($0) }.map { Change($0, from: nil, to: "installed") }
            + observed.damaged.map { Change($0, from: "missing or damaged", to: "as in its package") }
    }

    /// dpkg's database is made readable first, from its own backups; then what was interrupted is completed, and packages
    /// whose files are damaged are installed anew.
    public func remedy(for observed: Observation) -> Script {
        let missing = names.filter { !observed.installed.contains($0) }
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
                # Both fail on a package whose files are lost; it is unpacked anew below.
                dpkg --configure -a --force-confold --force-confmiss || apt --fix-broken install || true
                fetch && reinstall
            }
            # A package's own script may fail on settings that a later step writes anew.
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

    /// Defines `apt`: apt-get(8) that asks nothing, and waits for another program that has locked dpkg.
    static let apt: Script = """
        apt() { DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"; }
        """

    /// A database counts as whole if dpkg can read it and it knows the packages whose lists of files are there.
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
                echo 'the database of dpkg, /var/lib/dpkg/status, is damaged, and so are its backups; restore it, or use `rebuild`' >&2
                exit 1
            fi
            # What an interrupted dpkg has written there is of the damaged database.
            for f in /var/lib/dpkg/updates/*; do [ ! -e "$f" ] || rm -rf -- "$f"; done
            replace 644 root:root /var/lib/dpkg/status <"$d/status"
            rm -r "$d"
        fi
        """
}
