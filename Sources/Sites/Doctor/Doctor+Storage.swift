import ConfigurationFiles
package import Engine
import Guests
package import ProxmoxAPI
import Resources

extension Doctor {
    /// Checks the storages for the guest's disks.
    func lookAtStorages(of template: LocatedGuest?) async throws -> [VerifiedCheck] {
        let order = try order
        let volumes = template.map { Volume.all(in: $0.view.options) } ?? []
        let targets = order.storage.map { [$0.description] } ?? Set(volumes.map(\.storage)).sorted()
        guard !targets.isEmpty else {
            return [
                VerifiedCheck(
                    name: "storage", verdict: .warn, evidence: "skipped: the template's storage is unknown")
            ]
        }
        let node = template?.node ?? order.node
        let listed = try await client(.storages(on: node))
        let granted = try await GrantedRights.ask(client, on: targets.map { "/storage/\($0)" })
        let isFull = order.full ?? !(template?.view.isTemplate ?? true)
        return targets.map { name in
            let size = volumes.filter { order.storage != nil || $0.storage == name }.map(\.size).reduce(0, +)
            if let storage = listed.first(where: { $0.name == name }) {
                return Self.check(of: storage, for: size, isFull: isFull)
            }
            let rights = ["Datastore.AllocateSpace", "Datastore.Audit"]
            guard rights.contains(where: { granted.has($0, on: "/storage/\(name)") }) else {
                return VerifiedCheck(
                    name: name, verdict: .warn,
                    evidence: "skipped: requires Datastore.AllocateSpace on /storage/\(name)")
            }
            let known = listed.map(\.name).sorted().joined(separator: ", ")
            return VerifiedCheck(
                name: name, verdict: .fail,
                evidence: "does not exist on \(node)" + (known.isEmpty ? "" : "; visible: \(known)"),
                advice:
                    "Set `storage` in the guest's section to a storage from `pvesm status --content rootdir` on the node."
            )
        }
    }

    package static func check(of storage: StorageSummary, for size: Int, isFull: Bool) -> VerifiedCheck {
        func check(_ verdict: VerifiedCheck.Verdict, _ evidence: String, _ advice: String? = nil) -> VerifiedCheck {
            VerifiedCheck(name: storage.name, verdict: verdict, evidence: evidence, advice: advice)
        }
        guard storage.isEnabled, storage.isActive else {
            return check(
                .fail, storage.isEnabled ? "not active on the node" : "disabled",
                "Check `pvesm status` on the node.")
        }
        guard storage.content.contains("rootdir") else {
            return check(
                .fail, "does not allow container disks, only \(storage.content.sorted().joined(separator: ", "))",
                "Set `storage` in the guest's section to a storage from `pvesm status --content rootdir` on the node.")
        }
        let free = storage.available ?? 0
        let room =
            "\(Self.gibibytes(free)) free; the \(isFull ? "full clone needs" : "linked clone needs up to") \(Self.gibibytes(size))"
        if free >= size { return check(.pass, room) }
        // A linked clone uses no space of its own at first.
        return check(isFull ? .fail : .warn, room, "Free some space, or set another `storage` in the guest's section.")
    }

    private static func gibibytes(_ bytes: Int) -> String {
        let tenths = bytes / (1 << 30) * 10 + bytes % (1 << 30) * 10 / (1 << 30)
        return tenths % 10 == 0 ? "\(tenths / 10) GiB" : "\(tenths / 10).\(tenths % 10) GiB"
    }
}
