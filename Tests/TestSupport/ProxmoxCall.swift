package import ProxmoxAPI

/// A call of the Proxmox API with a response that a node returns.
package struct ProxmoxCall: Sendable {
    /// The value of `data` in the response, as JSON.
    package let answer: String
    package let send: @Sendable (Client) async throws -> Void

    private init(_ answer: String, _ send: @escaping @Sendable (Client) async throws -> Void) {
        self.answer = answer
        self.send = send
    }

    /// One call for each type of response.
    package static let all: [ProxmoxCall] = {
        guard let guest = GuestID(rawValue: 110), let node = try? NodeName(checking: "pve2"),
            let task = try? TaskID(checking: "UPID:pve2:00003039:000F1206:69248100:vzclone:100:a@pve!b:")
        else { return [] }
        return [
            .init(#"{"version":"9.2.11","release":"9.2"}"#, { _ = try await $0(.version()) }),
            .init(#""105""#, { _ = try await $0(.nextID()) }),
            .init(#"{"/vms/100":{"VM.Audit":1}}"#, { _ = try await $0(.permissions()) }),
            .init(
                #"[{"type":"lxc","vmid":110,"node":"pve2","name":"a","status":"running","template":0,"tags":"a;b"}]"#,
                { _ = try await $0(.resources(type: "vm")) }
            ),
            .init(
                #"{"hostname":"a","net0":"name=eth0,bridge=vmbr0,ip=dhcp","memory":512,"digest":"ab","lxc":[["a","b"]],"description":"x\n"}"#,
                {
                    let configuration = try await $0(.configuration(of: guest, on: node))
                    _ = (configuration.net(0), configuration.features, configuration.tags, configuration.cores)
                }
            ),
            .init(#"{"status":"running","uptime":12,"name":"a"}"#, { _ = try await $0(.status(of: guest, on: node)) }),
            .init(
                #"[{"name":"eth0","hwaddr":"a","inet":"10.0.0.1/24","ip-addresses":[{"ip-address":"10.0.0.1","ip-address-type":"inet","prefix":24}]}]"#,
                { _ = try await $0(.interfaces(of: guest, on: node)).all.map(\.reachable) }
            ),
            .init(
                #"{"status":"stopped","exitstatus":"WARNINGS: 1"}"#,
                { _ = try await $0.outcome(of: task, within: .zero, on: ContinuousClock()) }
            ),
            .init(#"[{"n":1,"t":"TASK OK"}]"#, { _ = try await $0(.taskLog(task)) }),
            .init(
                #"[{"upid":"UPID:pve2:00003039:000F1206:69248100:vzclone:100:a@pve!b:","status":"RUNNING"}]"#,
                { _ = try await $0(.tasks(on: node, source: .active)) }
            ),
            .init(
                #"[{"pos":0,"type":"in","action":"ACCEPT","enable":1,"proto":"tcp","dport":"25","digest":"ab"}]"#,
                { _ = try await $0(.firewallRules(of: guest, on: node)) }
            ),
            .init(#"{"enable":1,"digest":"ab"}"#, { _ = try await $0(.firewallOptions(of: guest, on: node)) }),
            .init(
                #"[{"storage":"local","type":"dir","content":"rootdir,images","enabled":1,"active":1,"avail":99}]"#,
                { _ = try await $0(.storages(on: node)) }
            ),
            .init(#"[{"poolid":"sites","members":[]}]"#, { _ = try await $0(.pool("sites")) }),
            .init(#"[{"iface":"vmbr0","type":"bridge"}]"#, { _ = try await $0(.bridges(on: node)) }),
            .init("null", { _ = try await $0(.configure(guest, on: node, set: ["a": "b"])) }),
            .init(
                #""UPID:pve2:00003039:000F1206:69248100:vzstart:110:a@pve!b:""#,
                { _ = try await $0(.start(guest, on: node)) }
            ),
        ]
    }()
}
