import Foundation

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites

/// Every kind of damage to every object that the steps of the standard playbook own in a guest.
struct DamageMatrix {
    struct Damage: Sendable, CustomStringConvertible {
        var object: ManagedObject
        var kind: String
        /// Script of the damage, run as root in the guest.
        var script: String

        var description: String { "\(kind): \(object)" }
    }

    /// Returns the objects that the steps own, without duplicates, in a fixed order.
    static func objects(of steps: [Step]) -> [ManagedObject] {
        Set(steps.flatMap { $0.resource?.objects ?? [] }).sorted()
    }

    static func damages(to objects: [ManagedObject]) -> [Damage] {
        objects.flatMap(damages) + PostfixDamage.all
    }

    private static func damages(to object: ManagedObject) -> [Damage] {
        kinds(of: object).map { Damage(object: object, kind: $0.0, script: $0.1) }
    }

    private static func kinds(of object: ManagedObject) -> [(String, String)] {
        switch object {
        case .file(let path):
            [
                ("missing", "rm -f '\(path)'"), ("empty", ": >'\(path)'"),
                ("garbage", "head -c 3000 /dev/urandom >'\(path)'"),
                ("truncated", "truncate -s $(($(stat -c %s '\(path)') / 2)) '\(path)'"),
                ("a directory", "rm -f '\(path)'; mkdir '\(path)'; echo content >'\(path)/file'"),
                ("a dangling symlink", "ln -sfn /nonexistent '\(path)'"),
                ("a symlink", "mv '\(path)' '\(path).elsewhere'; ln -s '\(path).elsewhere' '\(path)'"),
                ("mode 0000", "chmod 0000 '\(path)'"), ("wrong owner", "chown nobody:nogroup '\(path)'"),
            ]
        case .directory(let path):
            [
                ("missing", "rm -rf '\(path)'"), ("a file", "rm -rf '\(path)'; echo content >'\(path)'"),
                ("a dangling symlink", "rm -rf '\(path)'; ln -s /nonexistent '\(path)'"),
                ("mode 0000", "chmod 0000 '\(path)'"), ("wrong owner", "chown nobody:nogroup '\(path)'"),
            ]
        case .unit(let name):
            [
                ("stopped", "systemctl stop '\(name)'"), ("disabled", "systemctl disable --quiet --now '\(name)'"),
                // systemctl(1) cannot mask a unit whose file is in /etc.
                (
                    "masked",
                    "systemctl stop '\(name)'; ln -sfn /dev/null '/etc/systemd/system/\(fullName(of: name))'; systemctl daemon-reload"
                ),
                (
                    "hidden by garbage",
                    "systemctl stop '\(name)'; echo garbage >'/etc/systemd/system/\(fullName(of: name))'; systemctl daemon-reload"
                ),
            ]
        case .package(let name):
            [
                ("purged", "dpkg --purge --force-depends '\(name)'"),
                ("half-configured", status("install ok half-configured", of: name)),
                ("half-installed", status("install reinstreq half-installed", of: name)),
                ("without its programs", "rm -f $(dpkg -L '\(name)' | grep -E '/s?bin/.')"),
            ]
        }
    }

    private static func fullName(of unit: String) -> String { unit.contains(".") ? unit : unit + ".service" }

    private static func status(_ status: String, of package: String) -> String {
        "sed -i '/^Package: \(package)$/,/^$/s/^Status: .*/Status: \(status)/' /var/lib/dpkg/status"
    }
}

/// Damage that is not specific to one object.
private enum PostfixDamage {
    static let all = [
        ("a broken line in", "/etc/postfix/main.cf", "echo 'broken line' >>/etc/postfix/main.cf"),
        ("a bad myhostname in", "/etc/postfix/main.cf", "postconf -e 'myhostname=foo bar'"),
        (
            "a recursive value in", "/etc/postfix/main.cf",
            "echo 'relay_domains = $relay_domains' >>/etc/postfix/main.cf"
        ),
        ("a bad boolean in", "/etc/postfix/main.cf", "echo 'soft_bounce = maybe' >>/etc/postfix/main.cf"),
        ("an open brace in", "/etc/postfix/main.cf", "echo 'myorigin = ${x' >>/etc/postfix/main.cf"),
        ("a bad entry in", "/etc/postfix/master.cf", "echo 'smtp bad' >>/etc/postfix/master.cf"),
        ("a file in place of", "/etc/postfix", "rm -rf /etc/postfix; echo x >/etc/postfix"),
        (
            "a dangling symlink in place of", "/etc/mxprovision",
            "rm -rf /etc/mxprovision; ln -s /nowhere /etc/mxprovision"
        ),
        (
            "other owners in", "/var/spool/postfix",
            "chown -R nobody /var/spool/postfix/active /var/spool/postfix/deferred"
        ),
        ("an interrupted update in", "/var/lib/dpkg/updates", "echo garbage >/var/lib/dpkg/updates/0001"),
        ("garbage in", "/var/lib/dpkg/status", "echo garbage >/var/lib/dpkg/status"),
        (
            "six crashes of", "/usr/lib/postfix/sbin/master",
            "for i in 1 2 3 4 5 6; do systemctl kill -s KILL postfix@-; systemctl start postfix@-; done; true"
        ),
    ].map { DamageMatrix.Damage(object: .file($1), kind: $0, script: $2) }
}
