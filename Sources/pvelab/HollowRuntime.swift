/// Guests that are nothing but running or stopped: for what looks at the API alone, however many guests there are.
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
