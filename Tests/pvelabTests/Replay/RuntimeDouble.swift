import Foundation

@testable import pvelab

/// A fake of LXC. Guests run on request, and copies take as long as the replay requires.
actor RuntimeDouble: GuestRuntime {
    private var running: [Int: GuestConfiguration] = [:]
    /// Guests that do not react to a clean shutdown.
    private var hung: Set<Int> = []
    /// Guests whose root file system is missing.
    private var lost: Set<Int> = []
    private var waiting: [UUID: CheckedContinuation<Void, any Error>] = [:]

    struct Missing: Error, CustomStringConvertible {
        let description = "no such file"
    }

    func hang(_ id: Int) { hung.insert(id) }
    func lose(_ id: Int) { lost.insert(id) }

    /// Lets waiting copies continue.
    func release() {
        for continuation in waiting.values { continuation.resume() }
        waiting = [:]
    }

    func clone(_ source: Int, to new: Int, layered: Bool) async throws {
        let key = UUID()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                if Task.isCancelled {
                    continuation.resume(throwing: CancellationError())
                } else {
                    waiting[key] = continuation
                }
            }
        } onCancel: {
            Task { await self.cancel(key) }
        }
    }

    private func cancel(_ key: UUID) { waiting.removeValue(forKey: key)?.resume(throwing: CancellationError()) }

    func start(_ id: Int, configuration: GuestConfiguration) throws {
        guard !lost.contains(id) else { throw Missing() }
        running[id] = configuration
    }

    func stop(_ id: Int) { running[id] = nil }

    func shutdown(_ id: Int, timeout: Int) -> Bool {
        guard hung.remove(id) == nil else { return false }
        running[id] = nil
        return true
    }

    func destroy(_ id: Int) throws {
        guard !lost.contains(id) else { throw Missing() }
        running[id] = nil
    }

    func reconfigure(_ id: Int, configuration: GuestConfiguration) { running[id] = configuration }
    func isRunning(_ id: Int) -> Bool { running[id] != nil }
    func initProcess(_ id: Int) -> Int? { running[id].map { _ in 4711 } }

    func interfaces(_ id: Int) -> [GuestInterface] {
        guard let configuration = running[id] else { return [] }
        let loopback = GuestInterface(
            name: "lo",
            hwaddr: "00:00:00:00:00:00",
            addresses: [
                .init(address: "127.0.0.1", prefix: 8, isIPv6: false), .init(address: "::1", prefix: 128, isIPv6: true),
            ]
        )
        return [loopback]
            + configuration.networks.map { network in
                let parts = network["ip"]?.split(separator: "/").map(String.init) ?? []
                return GuestInterface(
                    name: network["name"] ?? "eth0",
                    hwaddr: network["hwaddr"]?.lowercased() ?? "",
                    addresses: [
                        .init(address: parts.first ?? "10.0.0.1", prefix: 24, isIPv6: false),
                        .init(address: "fe80::1", prefix: 64, isIPv6: true),
                    ]
                )
            }
    }
}
