import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Guests
@testable import Resources
@testable import Sites

@Suite struct `The guest's lifecycle` {
    static let specification = GuestSpecification(
        options: ["hostname": "mail-backup.example.org", "memory": "512", "onboot": "1", "tags": "mxprovision"],
        network: ["name": "eth0", "bridge": "vmbr0", "ip": "10.2.0.110/24"]
    )
    static let converged = [
        "hostname": "mail-backup.example.org", "memory": "512", "onboot": "1", "tags": "mxprovision",
        "net0": "name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:01,ip=10.2.0.110/24,type=veth",
    ]

    static func view(_ changes: [String: String] = [:], running: Bool = true) -> GuestView {
        GuestView(options: converged.merging(changes) { $1 }, digest: nil, isRunning: running)
    }

    @Test func `begins with a clone`() {
        #expect(GuestLifecycle.next(nil, toward: Self.specification) == .clone)
    }

    @Test func `waits first while Proxmox works on the guest`() {
        let view = Self.view(["lock": "create", "memory": "16"], running: false)
        #expect(GuestLifecycle.next(view, toward: Self.specification) == .awaitUnlock("create"))
    }

    @Test func `configures before the first start`() {
        let action = GuestLifecycle.next(Self.view(["memory": "256"], running: false), toward: Self.specification)
        let change = Change("memory", from: "256", to: "512")
        #expect(action == .configure(.init(changes: [change], set: ["memory": "512"])))
    }

    @Test func `starts a configured guest`() {
        #expect(GuestLifecycle.next(Self.view(running: false), toward: Self.specification) == .start)
    }

    @Test func `ends if nothing differs`() {
        #expect(GuestLifecycle.next(Self.view(), toward: Self.specification) == .none)
    }

    @Test func `keeps the hardware address and foreign settings when it changes the network`() {
        let view = Self.view([
            "net0": "name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:01,ip=10.2.0.100/24,rate=5,type=veth"
        ])
        let difference = Self.specification.difference(from: view.options)
        #expect(difference.changes == [Change("net0 ip", from: "10.2.0.100/24", to: "10.2.0.110/24")])
        #expect(
            difference.set["net0"]
                == "name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:01,ip=10.2.0.110/24,rate=5,type=veth"
        )
    }

    /// Values that Proxmox returns in another form than they were sent.
    @Test(arguments: [
        ("tags", "MXProvision", "mxprovision"),
        ("tags", "b;a", "a;b"),
        ("hostname", "Mail-Backup.example.org", "mail-backup.example.org"),
    ])
    func `sees no difference between equivalent notations`(key: String, observed: String, wanted: String) {
        let specification = GuestSpecification(options: [key: wanted], network: [:])
        #expect(specification.difference(from: [key: observed]).isEmpty)
    }

    @Test func `treats an absent option as its default`() {
        let specification = GuestSpecification(options: ["onboot": "0", "memory": "512"], network: [:])
        #expect(specification.difference(from: [:]).isEmpty)
    }

    @Test func `unsets an option by deleting it, never by an empty value`() {
        let specification = GuestSpecification(options: ["searchdomain": ""], network: [:])
        let difference = specification.difference(from: ["searchdomain": "lan"])
        #expect(difference.delete == ["searchdomain"])
        #expect(difference.set.isEmpty)
    }
}

@Suite struct `The ownership marker` {
    let mark = OwnershipMarker(inventory: "home", site: "secondary", id: "4f1c")

    @Test func `is read back from the notes as Proxmox returns them`() {
        #expect(OwnershipMarker(in: mark.notes + "\n") == mark)
    }

    @Test(arguments: ["", "a container", "mxprovision: inventory=home", "see mxprovision: inventory=a site=b id=c"])
    func `is not read from notes without one`(notes: String) {
        #expect(OwnershipMarker(in: notes) == nil)
    }

    @Test func `belongs to one site of one inventory`() {
        #expect(mark.belongs(to: SiteAddress(inventory: "home", name: "secondary")))
        #expect(!mark.belongs(to: SiteAddress(inventory: "work", name: "secondary")))
        #expect(!mark.belongs(to: SiteAddress(inventory: "home", name: "third")))
    }
}
