public import ConfigurationFiles
import Engine
public import RemoteShell
public import Resources
import Secrets

/// The alert channels of the guest's monitor: a folder with one file per channel, and nothing else.
///
/// The files contain addresses, tokens and passwords. Each command batch sends them to the guest on ssh's encrypted
/// standard input. They are never sent back.
public struct AlertChannels: SecretHolder {
    public static let kind = "alert-channels"
    package static let folder = "/etc/mxprovision/alert"

    /// The name that the guest sends to an SMTP server in EHLO.
    public let hostname: String
    public let channels: [AlertChannel]
    /// The contents of the ``AlertChannel/authority`` files, by path.
    private let authorities: [String: String]
    /// The secrets by source; empty until ``unlocked(environment:)``.
    private var secrets: [SecretSource: Secret] = [:]

    public init(_ parameters: inout Parameters) {
        hostname = parameters.value("hostname", as: DomainName.self)?.description ?? ""
        channels = parameters.alertChannels("channels", apartFrom: nil)
        var authorities: [String: String] = [:]
        for path in channels.compactMap(\.authority) {
            authorities[path] = parameters.pem(at: path, of: "channels", .certificate)
        }
        self.authorities = authorities
        parameters.finish()
    }

    /// - Throws: ``SecretError``, ``AlertError/unusableAddress(channel:)``
    public func unlocked(environment: [String: String]) throws -> AlertChannels {
        var unlocked = self
        for (name, channel) in channels.named {
            for source in channel.sources where unlocked.secrets[source] == nil {
                unlocked.secrets[source] = try source.read(environment: environment)
            }
            guard case .web(.secret(let source), _) = channel.target, let secret = unlocked.secrets[source] else {
                continue
            }
            guard let url = WebAddress(secret.reveal()), channel.kind.flaw(of: url) == nil else {
                throw AlertError.unusableAddress(channel: name)
            }
        }
        return unlocked
    }

    private var files: [KeptFile] {
        channels.named.flatMap { name, channel -> [KeptFile] in
            let path = "\(Self.folder)/\(name)"
            let content = channel.content(hostname: hostname, authorityPath: path + ".pem") {
                secrets[$0, default: Secret("")]
            }
            let authority = channel.authority.flatMap { authorities[$0] }
            return [KeptFile(path: path, secret: content)]
                + [authority.map { KeptFile(path: path + ".pem", content: $0, mode: "0644") }].compactMap(\.self)
        }
    }

    public var objects: [ManagedObject] { files.map { .file($0.path) } }

    /// Prints a line for each file, then each name in the folder.
    public var probe: Script {
        .lines(
            files.map(\.probe) + ["[ ! -d \(Self.folder) ] || find \(Self.folder) -mindepth 1 -printf '%P\\n' | sort"])
    }

    public struct Found: Sendable, Equatable {
        package var files: [KeptFile.Found?]
        /// The names of everything in the folder.
        package var names: [String]
    }

    public func observation(from answer: CommandResult) throws -> Found {
        let lines = answer.text.split(separator: "\n").map(String.init)
        guard answer.exit == 0, answer.text.isEmpty || answer.text.hasSuffix("\n"),
            let found = files.found(in: lines)
        else { throw UnreadableAnswer(expected: "the files of alert channels", answer: answer) }
        return Found(files: found, names: Array(lines.dropFirst(found.count)))
    }

    public func changes(from observed: Found) -> [Change] {
        files.changes(from: observed.files)
            + strangers(observed).map { Change("\(Self.folder)/\($0)", from: "present", to: nil) }
    }

    private func strangers(_ observed: Found) -> [String] {
        let own = Set(files.map(\.path))
        return observed.names.filter { !own.contains("\(Self.folder)/\($0)") }
    }

    /// Returns the script that writes the files. Anything that blocks a file is moved out of the folder, because the
    /// monitor treats each name in it as a channel.
    public func repair(for observed: Found) -> Script {
        let strangers = strangers(observed).map { "\(Self.folder)/\($0)" }
        return .lines(
            [
                """
                \(.replacement)make_folder /etc/mxprovision
                (umask 077; make_folder \(Self.folder))
                """
            ]
                + files.repairs(for: observed.files)
                + ["find \(Self.folder) -maxdepth 1 -name '*.mxprovision-old.*' -exec mv -t /etc/mxprovision -- {} +"]
                + (strangers.isEmpty ? [] : ["rm -rf -- \(strangers)"]))
    }
}
