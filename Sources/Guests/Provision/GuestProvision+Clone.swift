import Engine
import ProxmoxAPI

extension GuestProvision {
    /// The id, the ownership marker and the notes of one request for a clone.
    private struct Attempt {
        let id: GuestID
        let mark: OwnershipMarker
        let notes: String
    }

    /// Clones the template, unless another machine has created the site's guest in the meantime.
    func clone() async throws -> LocatedGuest? {
        guard let template = try await host.look(at: order.template, on: order.node) else {
            throw GuestError.templateMissing(id: order.template, node: order.node)
        }
        try await checkBeforeCloning(template)
        return try await host.client.withTemplate(
            order.template,
            takesNextID: order.id == nil,
            noteWait: { report(.waiting("waiting: template \(order.template) is being cloned for another site")) },
            { try await clone(template) })
    }

    private func clone(_ template: LocatedGuest) async throws -> LocatedGuest? {
        if template.view.lock != nil { try await awaitTemplate(template) }
        var attemptsLeft = 3
        // Other machines may be faster any number of times, but each time Proxmox creates a guest for one of them.
        let deadline = host.clock.now + Self.cloneLimit
        while true {
            let attempt = try await nextAttempt(on: template.node)
            do { try await request(attempt, on: template.node) } catch let error as APIError {
                // A named lock is in the template's configuration; a lock without a name is a timeout of Proxmox.
                if case .locked = error, error.lock == nil { attemptsLeft -= 1 }
                if let found = try await recover(
                    from: error, attempt, of: template, until: deadline, attemptsLeft: attemptsLeft)
                {
                    return found
                }
                continue
            }
            return try await host.look(at: attempt.id, on: template.node)
        }
    }

    /// Records the id and the ownership marker of the next request on disk: if the process dies, the next run knows
    /// what to look for.
    private func nextAttempt(on node: NodeName) async throws -> Attempt {
        let id = if let id = order.id { id } else { try await host.client(.nextID()) }
        let kept = keptAddress ?? stateStore.state.guest?.hardwareAddress
        let mark = OwnershipMarker.fresh(for: host.site, role: order.role)
        let born = HostKeyRecord.inherited(announced: []).written(into: mark.notes)
        let fresh = kept.map { KeptHardwareAddress(address: $0).written(into: born) } ?? born
        let notes = try await lease?.claim().written(into: fresh) ?? fresh
        try stateStore.update {
            $0.guest = .init(id: id.rawValue, node: node.description, mark: mark.id)
            $0.guest?.hardwareAddress = kept
        }
        return Attempt(id: id, mark: mark, notes: notes)
    }

    private func request(_ attempt: Attempt, on node: NodeName) async throws {
        let task = try await host.client(
            .clone(
                order.template,
                as: attempt.id,
                on: node,
                hostname: order.hostname,
                description: attempt.notes,
                full: order.full,
                storage: order.storage,
                pool: order.pool
            )
        )
        report(.waiting("waiting for Proxmox to clone \(order.template) to \(attempt.id)"))
        try await host.finish(task, "clone container \(order.template) to \(attempt.id)", within: Self.cloneLimit)
    }

    /// Returns the guest that exists after a failed request: ours or another machine's. Returns nil if the request can
    /// be repeated, else throws the error.
    ///
    /// - Parameter attemptsLeft: for timeouts of Proxmox, which are not repeated until the deadline.
    private func recover(
        from error: APIError,
        _ attempt: Attempt,
        of template: LocatedGuest,
        until deadline: ContinuousClock.Instant,
        attemptsLeft: Int
    ) async throws -> LocatedGuest? {
        // An error does not mean that the task failed. What counts is whether a guest with our ownership marker exists.
        if error.leavesOpenWhatWasDone { try await awaitClones(on: template.node) }
        if let found = try await guest(with: attempt.id, on: template.node) {
            if found.view.mark == attempt.mark { return found }
            if let rival = try await rival() { return rival }
            guard order.id == nil, host.clock.now < deadline else { throw error }
            return nil
        }
        switch error {
        case .taken where order.id == nil && host.clock.now < deadline: return try await rival()
        case .locked where error.lock != nil ? host.clock.now < deadline : attemptsLeft > 0:
            try await awaitTemplate(template)
            try await host.clock.sleep(for: Self.retryPause)
            return try await rival()
        case .forbidden(let who, path: nil, _, let reason):
            let missing = try await rightsMissing(toClone: template, to: attempt.id)
            guard !missing.isEmpty else { throw error }
            throw GuestError.mayNotClone(who: who, missing: missing, reason: reason)
        default: throw error
        }
    }

    /// Returns the guest with this id when no clone is running, or nil if there is none or this token may not see it.
    ///
    /// While a guest is being cloned it is in no pool yet, so a token without privileges on all guests cannot see it.
    private func guest(with id: GuestID, on node: NodeName) async throws -> LocatedGuest? {
        do { return try await host.look(at: id, on: node) } catch let error as APIError {
            guard case .forbidden = error else { throw error }
            try await awaitEnd(
                of: { try await tasks.running(on: node, type: "vzclone") }, "waiting for a clone of another site")
        }
        do { return try await host.look(at: id, on: node) } catch let error as APIError {
            guard order.id == nil, case .forbidden = error else { throw error }
            return nil
        }
    }

    /// Returns the guest that another machine has created since our last search, or nil if there is none.
    private func rival() async throws -> LocatedGuest? {
        guard let lease, let found = try await find() else { return nil }
        try await lease.check(found)
        return found
    }

    func awaitClones(on node: NodeName) async throws {
        try await awaitEnd(
            of: { try await tasks.runningClone(on: node) },
            "waiting for a running clone of \(order.template)")
    }

    /// Waits while a clone task runs, at most ``cloneLimit``, and reports once what it waits for.
    private func awaitEnd(of running: () async throws -> TaskID?, _ message: String) async throws {
        let deadline = host.clock.now + Self.cloneLimit
        var isReported = false
        while try await running() != nil, host.clock.now < deadline {
            if !isReported { report(.waiting(message)) }
            isReported = true
            try await host.clock.sleep(for: .seconds(1))
        }
    }
}
