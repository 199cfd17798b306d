/// `GET …/lxc/{vmid}/pending` (PVE::API2::LXC::Config, PVE::GuestHelpers): current values, pending values and pending
/// deletions.
extension Node {
    func pending(_ id: Int) throws -> Answer {
        let guest = try guest(id)
        var list: [JSON] = []
        for (key, value) in guest.merged(current: true) {
            var entry: [String: JSON] = ["key": .text(key), "value": GuestConfig.json(key, value)]
            switch guest.pending[key] {
            case .some(.some(let next)): entry["pending"] = GuestConfig.json(key, next)
            case .some(.none): entry["delete"] = 1
            case .none: break
            }
            list.append(.object(entry))
        }
        for (key, value) in guest.pending where guest.options[key] == nil {
            guard let value else { continue }
            list.append(["key": .text(key), "pending": GuestConfig.json(key, value)])
        }
        list.append(["key": "digest", "value": .text(guest.digest)])
        return Answer(.list(list))
    }
}
