/// Guests that are only a state, running or stopped. For tests and measurements that use only the API, with any number
/// of guests.
actor HollowRuntime: GuestRuntime {
    private var running: Set<Int> = []

    func clone(_ source: Int, to new: Int, layered: Bool) {}
    func start(_ id: Int, configuration: GuestConfiguration) { running.insert(id) }
    func stop(_ id: Int) { running.remove(id) }
    func shutdown(_ id: Int, timeout: Int) -> Bool {
        running.remove(id)
        return true
    }
    func destroy(_ id: Int) {}
    func reconfigure(_ id: Int, configuration: GuestConfiguration) {}
    func isRunning(_ id: Int) -> Bool { running.contains(id) }
    func initProcess(_ id: Int) -> Int? { nil }
    func interfaces(_ id: Int) -> [GuestInterface] { [] }
}

/// Defaults for runtimes without files: created guests exist immediately.
extension GuestRuntime {
    func unpack(_ template: OSTemplate, to id: Int) async throws -> UnpackedSystem { UnpackedSystem(bytes: 250 << 20) }

    func setUp(_ id: Int, _ setup: FirstSetup) async throws -> [HostKey] {
        HostKey.types.shuffled().map { type in
            let random = (0..<43).map { _ in
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".randomElement() ?? "A"
            }
            return HostKey(file: "ssh_host_\(type)_key", fingerprint: "SHA256:" + String(random))
        }
    }
}
