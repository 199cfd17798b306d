import Foundation

/// The root file system of a guest: an overlay over a template, or a copy if the kernel cannot stack the two.
struct RootFilesystem: Sendable {
    /// The guest's folder.
    let folder: String

    var root: String { "\(folder)/root" }
    private var upper: String { "\(folder)/upper" }
    private var work: String { "\(folder)/work" }
    private var lowerNote: String { "\(folder)/lower" }

    var exists: Bool { FileManager.default.fileExists(atPath: root) }

    /// Creates a file system that starts as a copy of `template`.
    func make(over template: String) async throws {
        try await makeFolders()
        if try await !stack(template) { try await Tool("cp", "-a", template + "/.", root).run() }
    }

    /// Creates a file system that starts as a copy of another guest's, which may still change.
    func make(copying other: RootFilesystem) async throws {
        try await makeFolders()
        guard let lower = try? LabFolder.read(other.lowerNote) else { return try await copy(other) }
        try await Tool("cp", "-a", other.upper + "/.", upper).run()
        if try await !stack(lower) { try await copy(other) }
    }

    /// Creates a file system that starts as a copy of another guest's, which no longer changes.
    func make(above other: RootFilesystem) async throws {
        try await makeFolders()
        let lower = try? LabFolder.read(other.lowerNote)
        if let lower, try await stack("\(other.upper):\(lower)") { return }
        try await copy(other)
    }

    func remove() async throws {
        if await Tool("mountpoint", "-q", root).succeeds() { try await Tool("umount", root).run() }
        try await Tool("rm", "-rf", "--one-file-system", folder).run()
    }

    /// Returns the content of a file, or an empty text if it does not exist.
    func read(_ file: String) -> String { (try? LabFolder.read(root + file)) ?? "" }

    /// Replaces a file, unless the guest has a `.pve-ignore.` file next to it, which excludes it from Proxmox's
    /// changes.
    func write(_ text: String, to file: String) throws {
        let name = file.split(separator: "/").last.map(String.init) ?? file
        let ignore = file.dropLast(name.count) + ".pve-ignore." + name
        guard !FileManager.default.fileExists(atPath: root + ignore) else { return }
        try LabFolder.write(text, to: root + file)
    }

    private func makeFolders() async throws {
        try await Tool("mkdir", "-p", root, upper, work).run()
    }

    private func copy(_ other: RootFilesystem) async throws {
        try await Tool("cp", "-a", "--one-file-system", other.root + "/.", root).run()
    }

    /// Mounts an overlay.
    ///
    /// - Parameter lower: One folder, or several with the uppermost first.
    /// - Returns: Whether the kernel supports it.
    private func stack(_ lower: String) async throws -> Bool {
        let options = "lowerdir=\(lower),upperdir=\(upper),workdir=\(work)"
        guard await Tool("mount", "-t", "overlay", "pvelab", "-o", options, root).succeeds() else { return false }
        try LabFolder.write(lower, to: lowerNote)
        return true
    }
}
