import Foundation

/// New guests from OS templates.
extension LXCRuntime {
    /// Returns the content of a template's archive. It is a folder, so that a guest is a layer over it and nothing
    /// needs to be unpacked.
    func content(of template: OSTemplate) -> RootFilesystem { RootFilesystem(folder: "\(templates)/\(template.file)") }

    func unpack(_ template: OSTemplate, to id: Int) async throws -> UnpackedSystem {
        let content = content(of: template)
        guard content.exists else { throw LabError.noSuchTemplate(template.file) }
        try await container(id).files.make(above: content)
        let size = try await Tool("du", "--summarize", "--bytes", "--one-file-system", content.root).run()
        return UnpackedSystem(bytes: size.split(separator: "\t").first.flatMap { Int($0) } ?? 0)
    }

    func setUp(_ id: Int, _ setup: FirstSetup) async throws -> [HostKey] {
        let files = container(id).files
        for name in ["/etc/machine-id", "/var/lib/dbus/machine-id"] {
            try? FileManager.default.removeItem(atPath: files.root + name)
        }
        // Without a machine id systemd applies its presets, which would enable a second network configuration.
        try await Tool("mkdir", "-p", files.root + "/etc/systemd/system-preset").run()
        try files.write(Self.preset, to: "/etc/systemd/system-preset/00-pve.preset")
        try await setPassword(setup.password, in: files)
        if !setup.publicKeys.isEmpty { try await authorize(setup.publicKeys, in: files) }
        try container(id).prepareFiles(setup.configuration)
        var keys: [HostKey] = []
        for type in HostKey.types.shuffled() { keys.append(try await makeKey(type, setup.keyComment, in: files)) }
        return keys
    }

    private static let preset = """
        # Added by PVE at create-time for first-boot configuration.
        disable systemd-networkd.service
        disable systemd-networkd-wait-online.service
        disable ssh.socket

        """

    private func setPassword(_ password: String?, in files: RootFilesystem) async throws {
        var hash = "*"
        if let password {
            let output = try await Tool("openssl", "passwd", "-6", "-stdin").run(input: password + "\n")
            hash = output.trimmingCharacters(in: .newlines)
        }
        try await Tool("chroot", files.root, "usermod", "--password", hash, "root").run()
    }

    /// Adds keys to root's `authorized_keys`. Existing keys of the template are kept.
    private func authorize(_ keys: [String], in files: RootFilesystem) async throws {
        try await Tool("install", "-d", "-m", "700", files.root + "/root/.ssh").run()
        let file = "/root/.ssh/authorized_keys"
        try LabFolder.write(
            PVEBlock.put(in: files.read(file), content: keys), to: files.root + file, mode: 0o700)
    }

    private func makeKey(_ type: String, _ comment: String, in files: RootFilesystem) async throws -> HostKey {
        let name = "ssh_host_\(type)_key"
        let path = "\(files.root)/etc/ssh/\(name)"
        for old in [path, path + ".pub"] { try? FileManager.default.removeItem(atPath: old) }
        try await Tool("ssh-keygen", "-q", "-t", type, "-N", "", "-C", comment, "-f", path).run()
        let listing = try await Tool("ssh-keygen", "-l", "-E", "sha256", "-f", path).run().split(separator: " ")
        return HostKey(file: name, fingerprint: listing.count > 1 ? String(listing[1]) : "")
    }
}
