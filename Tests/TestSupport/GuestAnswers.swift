import Foundation
import RemoteShell

@testable import Alerts
@testable import BackupMX
@testable import Engine
@testable import Ingress
@testable import Sites

/// The decoders of results of guest scripts other than the probes of resources.
enum GuestAnswers {
    private static let decoders: [@Sendable (CommandResult) throws -> Void] = [
        { _ = GuestRecord($0) },
        { _ = try QueueSettings($0) },
        { _ = try ShownCertificate($0) },
        { _ = try ServedCertificate(in: $0, at: Date(timeIntervalSince1970: 1_795_000_000)) },
        { _ = MailProtection.verification(in: $0) },
        { _ = PrimaryState($0) },
        { _ = try MailQueue.count(in: $0) },
        { _ = try AlertState($0) },
        { _ = try Provisioner.outcomes(in: $0) },
        { _ = try RecipientSnapshot($0) },
        { _ = Greeting($0) },
        { _ = try DrillHold.lifted($0) },
        { _ = try CanaryQueue($0) },
        { _ = try NodeRules($0) },
    ]

    /// The first byte selects the decoder, the second the exit status.
    static func parse(_ input: Data) {
        guard input.count > 2 else { return }
        let answer = CommandResult(exit: Int(input[1] % 5), output: Data(input.dropFirst(2)))
        try? decoders[Int(input[0]) % decoders.count](answer)
    }
}
