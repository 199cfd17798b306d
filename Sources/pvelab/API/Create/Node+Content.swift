/// `GET /nodes/{node}/storage/{storage}/content` (PVE::API2::Storage::Content, index).
extension Node {
    /// Lists the content of a storage. The volumes of guests are listed only for callers that may manage the storage.
    func content(of name: String, _ call: Call) throws -> Answer {
        let storage = try storage(name)
        guard storage.isEnabled else { throw Failure.internalError("storage '\(name)' is disabled") }
        let type = call.parameters["content"]
        let owner = call.parameters["vmid"].flatMap { Int($0) }
        var list: [JSON] = []
        if storage.content.split(separator: ",").contains("vztmpl"), type ?? "vztmpl" == "vztmpl", owner == nil {
            list += templates.filter { $0.storage == name }.map(\.json)
        }
        if type ?? "rootdir" == "rootdir", may("Datastore.Allocate", on: "/storage/\(name)", call) {
            let listed = guests.filter { $0.value.storage == name && (owner == nil || owner == $0.key) }
            list += listed.sorted { $0.key < $1.key }.map { id, guest in
                [
                    "volid": .text(guest.volume), "content": "rootdir", "format": "raw", "vmid": .int(id),
                    "size": .int((DiskSize(guest.size) ?? .standard).bytes),
                ]
            }
        }
        return Answer(.list(list))
    }
}
