import Foundation
import Testing

@testable import Resources

extension `A site in the lab` {
    /// The nightly timers of apt(8) install a security update, and nothing of another origin.
    func installsSecurityUpdates(_ site: Case, _ id: Int, _ lab: Lab) throws {
        func guest(_ command: String) throws -> String {
            let answer = try lab.guest(site.site, id, at: site.address, command)
            try #require(answer.status == 0, "\(answer.output)")
            return answer.output
        }
        func status() throws -> String { try lab.mxprovision("status", site.site).output }

        _ = try guest(Self.repositories)
        #expect(try status().contains("updates   none pending"))
        _ = try guest("rm -f /var/lib/apt/periodic/*-stamp && systemctl start apt-daily.service")
        let waiting = try status()
        #expect(waiting.contains("1 security update pending: probe-security"), "\(waiting)")
        let log = try guest(
            "systemctl start apt-daily-upgrade.service; cat /var/log/unattended-upgrades/unattended-upgrades.log")
        #expect(
            try guest("dpkg-query --show 'probe-*'") == "probe-elsewhere\t1\nprobe-security\t2\n", "\(log)")
        #expect(try status().contains("updates   none pending"))
        let plan = try lab.mxprovision("plan", site.site)
        #expect(plan.status == 0, "\(plan.output)")
        _ = try guest("rm -r /srv/probe-* /etc/apt/sources.list.d/probe-*; dpkg --purge probe-security probe-elsewhere")
    }

    /// Two repositories in the guest. Each has version 2 of a package that is installed in version 1. The `Release`
    /// files have the fields of Debian's.
    private static let repositories = #"""
        set -eu
        . /etc/os-release
        repository() {
            cd "$(mkdir -p "/srv/$1" && echo "/srv/$1")"
            for version in 1 2; do
                rm -rf /tmp/probe && mkdir -p /tmp/probe/DEBIAN
                printf '%s\n' "Package: $1" "Version: $version" 'Architecture: all' 'Maintainer: a <a@b.example>' \
                    'Description: a test' >/tmp/probe/DEBIAN/control
                dpkg-deb --build /tmp/probe "$1_$version.deb" >/dev/null
            done
            dpkg --install "$1_1.deb" >/dev/null
            sum() { sha256sum "$1" | cut -d ' ' -f 1; }
            {
                dpkg-deb --field "$1_2.deb"
                echo "Filename: $1_2.deb"
                echo "Size: $(stat -c %s "$1_2.deb")"
                echo "SHA256: $(sum "$1_2.deb")"
            } >Packages
            {
                printf '%s\n' "Origin: $2" "Label: $3" "Suite: $4" "Codename: $4" "Version: $VERSION_ID"
                echo "Date: $(date --utc --rfc-email)"
                printf 'SHA256:\n %s %s Packages\n' "$(sum Packages)" "$(stat -c %s Packages)"
            } >Release
            echo "deb [trusted=yes] file:$PWD ./" >"/etc/apt/sources.list.d/$1.list"
        }
        repository probe-security Debian Debian-Security "$VERSION_CODENAME-security"
        repository probe-elsewhere Elsewhere Elsewhere stable
        """#
}
