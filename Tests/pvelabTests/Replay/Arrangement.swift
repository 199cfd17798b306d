@testable import pvelab

/// Unrecorded manual changes of the recorded hosts: guests that were created and changed.
enum Arrangement {
    /// Sets the lab to the state in which the exchange of this name took place.
    static func before(_ name: String, _ replay: Replay) async throws {
        let node = replay.node
        switch (name, replay.release) {
        case ("status template", _), ("template again", _):
            await node.template(9000)
            await node.template(9001)
        case ("get config after repeated", _): await node.change(200) { $0.description = "\u{fffd}" }
        case ("unknown path", .v9_2), ("query on POST", .v8_4), ("GET with Content-Type header only", _):
            await replay.endCopies()
        case ("locked(backup) start (status poll 0)", _), ("locked(backup) start skiplock as real root ticket", _):
            await node.change(200) { $0.options["lock"] = "backup" }
        case ("is 200 there", _), ("running put memory", .v8_4), ("put config wrong digest", _),
            ("put config bad digest format", _):
            await node.change(200) { $0.options["lock"] = nil }
        case ("start with missing bridge (status poll 0)", _):
            await node.change(200) { $0.options["net0"] = "name=eth0,bridge=vmbr77,hwaddr=BC:24:11:00:00:01,type=veth" }
        case ("config after 500 unknown bridge (persisted?)", _):
            await node.change(200) { guest in
                guest.options["cores"] = "2"
                guest.options["memory"] = "256"
                guest.options["lock"] = nil
            }
        case ("shutdown timeout=3 hung CT", _): await replay.runtime.hang(200)
        case ("mx clone -> 120", let release):
            await node.place(9000, .recorded(9000, "base-template", "local-btrfs:9000/vm-9000-disk-0.raw,size=2G"))
            await node.template(9000)
            guard release == .v8_4 else { break }
            await node.place(200, .recorded(200, "plain", "local-btrfs:200/vm-200-disk-0.raw,size=2G"))
        default: try await inTheEnd(name, replay)
        }
    }

    private static func inTheEnd(_ name: String, _ replay: Replay) async throws {
        let node = replay.node
        switch (name, replay.release) {
        case ("start with wrong ostype (status poll 0)", _): await replay.runtime.stop(161)
        case ("start with rootfs missing (status poll 0)", _):
            await replay.runtime.stop(161)
            await replay.runtime.lose(161)
        case ("clone from template on disabled storage", _): await node.enable("ctdir", false)
        case ("create rootfs bigger than storage", _): await node.enable("ctdir", true)
        case ("hostname 63 chars", _):
            await node.place(110, nil)
            await node.place(111, nil)
        default: break
        }
    }
}

extension Seed {
    /// The initial state of the recorded hosts.
    static var recorded: Seed {
        Seed(
            guests: [9000: .recorded(9000, "base-template", "local-btrfs:9000/vm-9000-disk-0.raw,size=4G")],
            storages: [
                Storage(name: "local", kind: .dir, content: "vztmpl,backup,iso"),
                Storage(name: "local-btrfs", kind: .btrfs, content: "images,rootdir"),
                Storage(name: "ctdir", kind: .dir, content: "rootdir,images"),
            ],
            templates: [
                OSTemplate(storage: "local", file: "debian-12-mxtest_12.0-1_amd64.tar.zst", size: 85_430_315)
            ],
            bridges: ["vmbr0"],
            access: Asker.access
        )
    }
}

extension GuestConfig {
    static func recorded(_ id: Int, _ hostname: String?, _ volume: String) -> GuestConfig {
        var guest = GuestConfig(options: [
            "arch": "amd64", "features": "nesting=1", "memory": "256",
            "net0":
                "name=eth0,bridge=vmbr0,firewall=1,gw=10.88.0.1,hwaddr=BC:24:11:4E:50:5A,ip=10.88.0.90/24,type=veth",
            "ostype": "debian", "rootfs": volume, "swap": "0", "unprivileged": "1",
        ])
        guest.options["hostname"] = hostname
        return guest
    }
}

extension Node {
    func place(_ id: Int, _ guest: GuestConfig?) { guests[id] = guest }

    func change(_ id: Int, _ change: @Sendable (inout GuestConfig) -> Void) {
        guard var guest = guests[id] else { return }
        change(&guest)
        guests[id] = guest
    }

    func enable(_ storage: String, _ isEnabled: Bool) {
        for index in storages.indices where storages[index].name == storage { storages[index].isEnabled = isEnabled }
    }

    func template(_ id: Int) {
        change(id) { guest in
            guest.options["template"] = "1"
            guest.options["rootfs"]?.replace("/vm-", with: "/base-")
        }
    }
}
