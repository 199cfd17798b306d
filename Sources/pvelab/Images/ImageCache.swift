import Foundation
import Subprocess

/// The root file systems and packages on disk, built once for each version of the recipe.
struct ImageCache: Sendable {
    static let standard = "/var/cache/pvelab"

    /// The folder of this recipe's images, below the cache's own.
    let folder: String
    let cache: String

    init(cache: String) {
        self.cache = cache
        folder = "\(cache)/\(Self.key)"
    }

    var base: String { "\(folder)/base" }
    var proxmox: String { "\(folder)/proxmox" }
    var proxmox13: String { "\(folder)/proxmox-13" }
    var primary: String { "\(folder)/primary" }
    var relay: String { "\(folder)/relay" }
    var packages: String { "\(folder)/packages" }
    var adminKey: String { "\(folder)/keys/admin" }
    var templateHostKey: String { "\(folder)/keys/template.pub" }
    var primaryHostKey: String { "\(primary)/etc/ssh/ssh_host_ed25519_key.pub" }

    var isComplete: Bool { FileManager.default.fileExists(atPath: folder) }

    /// Builds the missing images. A killed build leaves a `.partial` folder, which the next build removes.
    func prepare(progress: (String) -> Void) async throws {
        guard !isComplete else { return }
        let partial = folder + ".partial"
        try await Tool("rm", "-rf", "--one-file-system", partial).run()
        try FileManager.default.createDirectory(atPath: partial, withIntermediateDirectories: true)
        for (title, script) in ImageRecipe.stages {
            progress("building \(title)")
            try await Tool("unshare", "--mount", "sh", "-euc", script, "sh", partial).run()
        }
        try await Tool("mv", partial, folder).run()
        try await removeOthers()
    }

    /// Removes the images of other recipes, half a GiB each. Removes only names that are keys, because `--cache` may
    /// point anywhere.
    private func removeOthers() async throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: cache)
        where name != Self.key && name.wholeMatch(of: /[0-9a-f]{16}(\.partial)?/) != nil {
            try await Tool("rm", "-rf", "--one-file-system", "\(cache)/\(name)").run()
        }
    }

    /// FNV-1a hash of everything that determines the content of the images: 16 hexadecimal digits.
    static let key: String = {
        let recipe = ImageRecipe.stages.map(\.script).joined(separator: "\n")
        let hash = recipe.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }()
}
