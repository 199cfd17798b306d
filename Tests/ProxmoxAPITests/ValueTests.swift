import Foundation
import HTTPTransport
import Testing

@testable import ProxmoxAPI

@Suite struct `A value in a response` {
    private func read<Answer: Decodable>(_ json: String, as: Answer.Type = Answer.self) throws -> Answer {
        try Client.decode(Data(#"{"data":\#(json)}"#.utf8), call: "GET /test")
    }

    @Test(arguments: [("105", 105), (#""105""#, 105), ("105.0", 105)])
    func `that is a whole number may be text`(json: String, number: Int) throws {
        #expect(try read(json, as: GuestID.self).rawValue == number)
    }

    @Test(arguments: ["99", #""12x""#, "105.4", "1e30", "1000000000", "true", "null", "[]"])
    func `that is not a guest number is rejected`(json: String) {
        #expect(throws: APIError.self) { try read(json, as: GuestID.self) }
    }

    @Test(arguments: [
        ("1", true), ("0", false), (#""1""#, true), (#""0""#, false), ("true", true), ("false", false), (#""""#, false),
        (#""on""#, true), (#""no""#, false),
    ])
    func `that is a flag may be number, text or boolean`(json: String, isOn: Bool) throws {
        #expect(try read(json, as: LenientBool.self).value == isOn)
    }

    @Test func `of a configuration becomes text, and its notes lose Proxmox's newline`() throws {
        let configuration: Configuration = try read(
            #"""
            {"hostname":"mx","cores":2,"memory":"512","cpulimit":"0.5","onboot":1,"protection":"1","digest":"d1",
             "description":"one\ntwo\n","tags":"b;A","features":"nesting=1,keyctl=1","lxc":[["lxc.cap.drop",""]],
             "net0":"name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:01,ip=dhcp","lock":"backup"}
            """#
        )
        #expect(configuration.options["memory"] == "512" && configuration.options["cpulimit"] == "0.5")
        #expect(configuration.options["digest"] == nil && configuration.digest == "d1")
        #expect(configuration.description == "one\ntwo" && configuration.tags == ["a", "b"])
        #expect(configuration.cores == 2 && configuration.memory == 512 && configuration.swap == nil)
        #expect(configuration.startsAtBoot && configuration.isProtected && !configuration.isTemplate)
        #expect(configuration.features == ["nesting": "1", "keyctl": "1"] && configuration.lock == "backup")
        #expect(configuration.net(0)?.hardwareAddress == "BC:24:11:00:00:01" && configuration.net(1) == nil)
        #expect(configuration.options["lxc"] == nil)
    }

    @Test func `that is a network device keeps unknown keys and its hardware address`() throws {
        let text = "name=eth0,bridge=vmbr0,future=x,hwaddr=BC:24:11:00:00:01,ip=dhcp,type=veth"
        var device = try #require(NetworkDevice(text))
        device["ip"] = "10.1.0.5/24"
        device["gw"] = "10.1.0.1"
        let expected =
            "name=eth0,bridge=vmbr0,future=x,gw=10.1.0.1,hwaddr=BC:24:11:00:00:01,ip=10.1.0.5/24,type=veth"
        #expect(device.description == expected)
        #expect(NetworkDevice("name") == nil && NetworkDevice("=eth0") == nil)
    }

    @Test func `that is an interface has the usable addresses`() throws {
        let interfaces: NetworkInterfaces = try read(
            #"""
            [{"name":"lo","inet":"127.0.0.1/8","inet6":"::1/128"},
             {"name":"eth0","inet":"10.1.0.9/24","ip-addresses":[
               {"ip-address":"169.254.1.1","ip-address-type":"inet","prefix":"16"},
               {"ip-address":"10.1.0.5","ip-address-type":"inet","prefix":"24"},
               {"ip-address":"FE80::1","ip-address-type":"inet6","prefix":"64"},
               {"ip-address":"2001:db8::5","ip-address-type":"inet6","prefix":"64"}]},
             {"name":"eth1","inet6":"fd00::7/64","inet":"10.2.0.7/24"},
             {"name":"eth2","inet6":"febf::1/64"}]
            """#
        )
        #expect(interfaces.all.map(\.reachable) == [nil, "10.1.0.5", "10.2.0.7", nil])
        #expect(interfaces.all[1].usableAddresses(isIPv6: true) == ["2001:db8::5"])
        #expect(interfaces.all[2].usableAddresses(isIPv6: true) == ["fd00::7"])
        #expect(try read("null", as: NetworkInterfaces.self).all.isEmpty)
    }

    @Test func `that is a firewall rule has its position apart from its options`() throws {
        let rules: [FirewallRule] = try read(
            #"[{"pos":0,"type":"in","action":"ACCEPT","enable":1,"macro":"SMTP","digest":"d"},{"pos":"1","enable":"0"}]"#
        )
        #expect(rules.map(\.position) == [0, 1] && rules.map(\.isEnabled) == [true, false])
        #expect(rules[0].options == ["type": "in", "action": "ACCEPT", "enable": "1", "macro": "SMTP"])
        #expect(rules[0].digest == "d")
        #expect(throws: APIError.self) { try read(#"[{"type":"in"}]"#, as: [FirewallRule].self) }
    }

    @Test func `that lists privileges grants all listed ones, propagated or not`() throws {
        let permissions: Permissions = try read(#"{"/vms/150":{"VM.Audit":1,"VM.Clone":0}}"#)
        #expect(permissions.grants("VM.Audit", on: "/vms/150") && permissions.grants("VM.Clone", on: "/vms/150"))
        #expect(!permissions.grants("VM.Allocate", on: "/vms/150") && !permissions.grants("VM.Audit", on: "/"))
    }

    @Test func `that is a storage or a bridge is decoded, and an inactive storage has no free space`() throws {
        let storages: [StorageSummary] = try read(
            #"""
            [{"storage":"local-lvm","type":"lvmthin","content":"rootdir,images","enabled":1,"active":"1","avail":"4096"},
             {"storage":"nas","type":"nfs","content":"backup","enabled":0}]
            """#)
        #expect(storages[0].content == ["rootdir", "images"] && storages[0].available == 4096)
        #expect(storages.map(\.isEnabled) == [true, false] && storages.map(\.isActive) == [true, false])
        #expect(storages[1].available == nil)
        let bridges: [Bridge] = try read(#"[{"iface":"vmbr0","type":"bridge","active":1}]"#)
        #expect(bridges.map(\.name) == ["vmbr0"])
    }

    @Test(arguments: [("9.2", "9.2"), ("8.4.21", "8.4"), ("7.4-17", "7.4"), ("10.0", "10.0"), ("9", nil), ("x", nil)])
    func `that is a release has two numbers`(text: String, release: String?) {
        #expect(Release(text)?.description == release)
    }

    @Test func `that is a release is ordered by its numbers`() {
        #expect(Release(10, 0) > Release(9, 2) && Release(8, 4) < Release(9, 0) && Release(8, 10) > Release(8, 4))
    }

    @Test func `that is a feature, a certificate or a new guest is decoded`() throws {
        #expect(try read(#"{"hasFeature":1,"nodes":[]}"#, as: FeatureAnswer.self).isAvailable)
        #expect(try !read(#"{"hasFeature":""}"#, as: FeatureAnswer.self).isAvailable)
        let certificates: [NodeCertificate] = try read(#"[{"filename":"pve-ssl.pem","notafter":"1830000000"}]"#)
        #expect(certificates.first?.notAfter == 1_830_000_000)
        let fresh: [ClusterResource] = try read(
            #"[{"id":"lxc/101","type":"lxc","vmid":101,"node":"pve1","status":"unknown"}]"#)
        #expect(fresh.first?.template == false && fresh.first?.name == nil)
    }
}

@Suite struct `A given name` {
    @Test(arguments: ["", "a/b", "..", "-a", "a b", "ä"])
    func `of a node or a storage is rejected if invalid`(text: String) {
        #expect(throws: InvalidIdentifier.self) { try NodeName(checking: text) }
        #expect(throws: InvalidIdentifier.self) { try StorageName(checking: text) }
    }
}
