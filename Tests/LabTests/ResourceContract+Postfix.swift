import RemoteShell

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites

extension ResourceContract {
    private static let table = "/etc/postfix/contract/table"
    private static let chain = "/etc/postfix/tls/contract.pem"
    private static let strange = "o'brien \"$(reboot)\" `id` %s \\ #"

    /// Resource kinds that only Postfix has.
    static let ofPostfix: [ResourceContract] = [
        ResourceContract(
            Postconf.self,
            "in both files, one of them strange",
            #"""
            parameters: {relay_domains: "a.example, b.example", mail_name: "o'brien \"$(reboot)\" `id` %s \\ #"}
            services: {relay/unix/soft_bounce: "yes"}
            """#,
            absence: "postconf -X relay_domains mail_name; postconf -PX relay/unix/soft_bounce",
            missing: [
                Change("relay_domains", from: nil, to: "a.example, b.example"),
                Change("mail_name", from: nil, to: strange),
                Change("relay/unix/soft_bounce", from: nil, to: "yes"),
            ],
            managed: files("/etc/postfix/main.cf", "/etc/postfix/master.cf"),
            drifts: [
                Drift(
                    "postconf -e relay_domains=evil.example",
                    Change("relay_domains", from: "evil.example", to: "a.example, b.example")
                ),
                Drift("postconf -X mail_name", Change("mail_name", from: nil, to: strange)),
                Drift(
                    "postconf -P relay/unix/soft_bounce=no",
                    Change("relay/unix/soft_bounce", from: "no", to: "yes")
                ),
                Drift(
                    "echo 'relay_domains = evil.example' >>/etc/postfix/main.cf",
                    Change("relay_domains", from: "evil.example", to: "a.example, b.example"),
                    Change("relay_domains", from: "more than one entry in main.cf", to: "one entry")
                ),
                Drift(
                    "for x in c d e; do echo \"relay_domains = a.example b.example\" >>/etc/postfix/main.cf; done",
                    Change("relay_domains", from: "more than one entry in main.cf", to: "one entry")
                ),
            ]
        ),
        ResourceContract(
            LookupTable.self,
            "that is built",
            #"{path: \#(table), entries: {O'Brien@a.example: "\"$(reboot)\" %s==", b: OK}}"#,
            absence: "rm -rf /etc/postfix/contract",
            missing: [Change(table, from: nil, to: "2 entries")],
            managed: files(table, table + ".db"),
            drifts: [
                Drift("rm \(table + ".db")", Change(table + ".db", from: nil, to: "2 entries")),
                Drift("echo x >\(table + ".db")", Change(table + ".db", from: "damaged", to: "2 entries")),
                Drift("rm \(table)", Change(table, from: nil, to: "2 entries")),
                Drift(
                    "echo 'c OK' >>\(table)",
                    Change(table, from: "different from its database", to: "same as its database")),
                Drift(
                    "echo 'c OK' >\(table); postmap \("hash:" + table)",
                    Change("b", from: nil, to: "OK"), Change("c", from: "OK", to: nil),
                    Change("o'brien@a.example", from: nil, to: "\"$(reboot)\" %s==")
                ),
            ]
        ),
        ResourceContract(
            LookupTable.self,
            "that is read as text",
            "{path: \(table), type: texthash, keys: [a, b]}",
            absence: "rm -rf /etc/postfix/contract",
            missing: [Change(table, from: nil, to: "2 entries")],
            managed: files(table),
            drifts: [
                Drift("echo 'b  OK' >\(table)", Change("a", from: nil, to: "OK")),
                Drift("rm \(table)", Change(table, from: nil, to: "2 entries")),
            ]
        ),
        ResourceContract(
            Certificate.self,
            "that the guest makes for itself",
            "{path: \(chain), hostname: kinds.yourdomain.net}",
            absence: "rm -rf /etc/postfix/tls",
            missing: [Change("certificate", from: nil, to: "self-signed for kinds.yourdomain.net")],
            managed: files(chain),
            drifts: [
                Drift("chmod 640 \(chain)", Change("mode of \(chain)", from: "640", to: "0600")),
                Drift("chown mail \(chain)", Change("owner of \(chain)", from: "mail:root", to: "root:root")),
                Drift(
                    made("kinds.yourdomain.net", days: 13, "key", "certificate"),
                    Change("certificate", from: "expires within two weeks", to: "self-signed for kinds.yourdomain.net")
                ),
                Drift(
                    made("other.example", days: 99, "key", "certificate"),
                    Change(
                        "certificate", from: "issued for another name", to: "self-signed for kinds.yourdomain.net")
                ),
                Drift(
                    made("kinds.yourdomain.net", days: 99, "certificate", "key"),
                    Change(
                        "certificate", from: "precedes its key in the file", to: "self-signed for kinds.yourdomain.net")
                ),
                Drift(
                    "\(made("kinds.yourdomain.net", days: 99, "key")); \(made("kinds.yourdomain.net", days: 99, into: ">>", "certificate"))",
                    Change(
                        "certificate", from: "does not match its key", to: "self-signed for kinds.yourdomain.net")
                ),
            ]
        ),
    ]

    /// Returns a script that writes parts of a new key and its certificate to the file of the contract.
    private static func made(_ name: String, days: Int, into redirection: Script = ">", _ parts: String...) -> Script {
        """
        d=$(mktemp -d)
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days \(days) \
            -subj /CN=x -addext \("subjectAltName=DNS:" + name) -keyout "$d/key" -out "$d/certificate" 2>/dev/null
        (cd "$d" && cat \(parts)) \(redirection)\(chain)
        rm -r "$d"
        """
    }
}
