import RemoteShell

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites

extension ResourceContract {
    static let all = contracts(of: .debian12)

    static func contracts(of release: Release) -> [ResourceContract] {
        ofAHost + [service(release.postfix)] + ofFiles + ofPostfix + ofRecipients + ofAuthorities
    }

    /// A release of Debian, by the lab's template.
    enum Release: Int {
        case debian12 = 100
        case debian13 = 102

        /// The unit of Postfix's processes.
        var postfix: String { self == .debian12 ? "postfix@-" : "postfix" }
    }

    private static let path = "/srv/o'brien $(reboot)/a file"

    /// Resource kinds for files and folders.
    static let ofFiles: [ResourceContract] = [
        ResourceContract(
            ManagedFile.self,
            "with a strange name and content",
            #"{path: "\#(path)", content: "%s \\ $(reboot)\n\"ü", mode: '0640', owner: root:mail}"#,
            absence: "rm -rf /srv/o*",
            missing: [Change(path, from: nil, to: "18 bytes")],
            managed: files(path),
            drifts: [
                Drift("rm \(path)", Change(path, from: nil, to: "18 bytes")),
                Drift("printf x >\(path)", Change(path, from: "1 bytes", to: "18 bytes, other content")),
                Drift("chmod 4777 \(path)", Change("mode of \(path)", from: "4777", to: "0640")),
                Drift("chown mail:root \(path)", Change("owner of \(path)", from: "mail:root", to: "root:mail")),
                Drift(
                    "printf xy >/srv/other; ln -sf /srv/other \(path)",
                    Change(path, from: "2 bytes", to: "18 bytes, other content"),
                    Change("mode of \(path)", from: "777", to: "0640"),
                    Change("owner of \(path)", from: "root:root", to: "root:mail")
                ),
            ]
        ),
        ResourceContract(
            Directory.self,
            "within another",
            "{path: /srv/outer/inner, mode: '0750', owner: mail:root}",
            absence: "rm -rf /srv/outer",
            missing: [Change("/srv/outer/inner", from: nil, to: "a directory")],
            managed: "stat -c '%n %U:%G %a %i %Z' /srv/outer /srv/outer/inner",
            drifts: [
                Drift("rmdir /srv/outer/inner", Change("/srv/outer/inner", from: nil, to: "a directory")),
                Drift("chmod 2750 /srv/outer/inner", Change("mode of /srv/outer/inner", from: "2750", to: "0750")),
                Drift(
                    "chown root:root /srv/outer/inner",
                    Change("owner of /srv/outer/inner", from: "root:root", to: "mail:root")),
                Drift(
                    "rmdir /srv/outer/inner; mkdir -m 700 /srv/outer/else; ln -s else /srv/outer/inner",
                    Change("mode of /srv/outer/inner", from: "700", to: "0750"),
                    Change("owner of /srv/outer/inner", from: "root:root", to: "mail:root")
                ),
            ]
        ),
    ]
}
