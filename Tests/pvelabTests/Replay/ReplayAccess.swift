@testable import pvelab

/// The callers. The recordings contain them only as the first word of the names of cases.
enum Asker: String, CaseIterable {
    case root, nobody, auditor, cloner, mx, mxsep, rootsep, spaceless

    init(_ exchange: Recorded) {
        let word = exchange.name.prefix { $0 != " " }
        if exchange.name.hasPrefix("permissions of token") {
            self = .mx
        } else if exchange.name.hasPrefix("user w/o") {
            self = .spaceless
        } else {
            self = Asker(rawValue: String(word)) ?? .root
        }
    }

    private var token: String {
        switch self {
        case .root: "root@pam!tok"
        case .mx: "mx@pve!prov"
        case .mxsep: "mx@pve!sep"
        case .rootsep: "root@pam!sep"
        default: "\(rawValue)@pve!one"
        }
    }

    var authorization: String { "PVEAPIToken=\(token)=\(Self.secret)" }

    static let secret = "00000000-0000-4000-8000-000000000001"
    static let passwords = ["root@pam": "rpve-root-pw", "mx@pve": "lab-mx-pw"]

    /// The access control of the recorded hosts.
    static var access: Access {
        var access = Access()
        access.passwords = passwords
        for asker in allCases {
            access.tokens[asker.token] = .init(secret: secret, isSeparated: asker == .mxsep || asker == .rootsep)
        }
        access.roles = [
            "Provisioner": [
                "VM.Allocate", "VM.Audit", "VM.Clone", "VM.Config.CPU", "VM.Config.Disk", "VM.Config.Memory",
                "VM.Config.Network", "VM.Config.Options", "VM.PowerMgmt", "SDN.Use", "Sys.Audit", "Datastore.Audit",
                "Datastore.AllocateSpace",
            ],
            "PVEAuditor": ["VM.Audit", "Sys.Audit", "Datastore.Audit", "SDN.Audit", "Pool.Audit", "Mapping.Audit"],
            "PVETemplateUser": ["VM.Audit", "VM.Clone"],
            "Spaceless": ["VM.Audit", "VM.Clone", "VM.Allocate"],
        ]
        for (user, role) in [
            ("mx", "Provisioner"), ("auditor", "PVEAuditor"), ("cloner", "PVETemplateUser"), ("spaceless", "Spaceless"),
        ] {
            access.entries.append(.init(path: "/", subject: "\(user)@pve", role: role))
        }
        return access
    }
}
