// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let hummingbird: [Target.Dependency] = [
    .product(name: "Hummingbird", package: "hummingbird"),
    .product(name: "HummingbirdTLS", package: "hummingbird"),
    crypto,
]

// Embedded in the program, by a link to the folder Playbooks.
let standardPlaybook = "backup-mx.yml"
let guestPrograms = ["list-recipients", "monitor", "primary-state", "pull-recipients"]

/// Below every other module of the product.
let base: [Target.Dependency] = [
    "Secrets", "Diagnostics", "ConfigurationFiles", "Resources", "Engine", "Guests", "Ingress",
]

/// The sites of an inventory, and the roles that they can have.
let roles: [Target.Dependency] = ["Alerts", "Sites", "BackupMX"]

let package = Package(
    name: "mxprovision",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
        .package(url: "https://github.com/apple/swift-crypto", "3.12.0"..<"5.0.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
    ],
    targets: [
        .target(name: "CLibcurl"),
        .target(name: "Secrets", swiftSettings: settings),
        .target(name: "Diagnostics", swiftSettings: settings),
        .target(name: "HTTPTransport", dependencies: ["CLibcurl"], swiftSettings: settings),
        .target(name: "ProxmoxAPI", dependencies: ["HTTPTransport", "Diagnostics"], swiftSettings: settings),
        .target(name: "UniFiAPI", dependencies: ["HTTPTransport"], swiftSettings: settings),
        .target(name: "RemoteShell", dependencies: ["Secrets", subprocess], swiftSettings: settings),
        .target(name: "MailChecks", dependencies: [crypto], swiftSettings: settings),
        .target(
            name: "ConfigurationFiles", dependencies: ["Secrets", "Diagnostics", "RemoteShell", yams],
            swiftSettings: settings),
        .target(
            name: "Resources", dependencies: ["Secrets", "Diagnostics", "ConfigurationFiles", "RemoteShell"],
            swiftSettings: settings),
        .target(
            name: "Engine",
            dependencies: ["Secrets", "Diagnostics", "ConfigurationFiles", "RemoteShell", "Resources", yams],
            swiftSettings: settings),
        .target(
            name: "Guests",
            dependencies: [
                "Secrets", "Diagnostics", "ConfigurationFiles", "HTTPTransport", "ProxmoxAPI", "RemoteShell",
                "Resources",
                "Engine",
            ],
            swiftSettings: settings),
        .target(
            name: "Ingress",
            dependencies: [
                "Secrets", "Diagnostics", "ConfigurationFiles", "HTTPTransport", "ProxmoxAPI", "UniFiAPI",
                "RemoteShell", "Resources", "Engine", "Guests", yams,
            ],
            swiftSettings: settings),
        .target(
            name: "Alerts",
            dependencies: ["Secrets", "Diagnostics", "ConfigurationFiles", "RemoteShell", "Resources", "Engine", yams],
            swiftSettings: settings),
        .target(
            name: "Sites",
            dependencies: base + ["HTTPTransport", "ProxmoxAPI", "UniFiAPI", "RemoteShell", yams],
            swiftSettings: settings),
        .target(
            name: "BackupMX",
            dependencies: base + ["ProxmoxAPI", "RemoteShell", "MailChecks", "Alerts", "Sites", yams],
            swiftSettings: settings),
        .target(
            name: "StandardPlaybook",
            exclude: ["Playbooks/playbook.schema.json", "Playbooks/secondary-dns.yml"],
            resources: ([standardPlaybook] + guestPrograms.map { "files/" + $0 }).map {
                .embedInCode("Playbooks/" + $0)
            },
            swiftSettings: settings
        ),
        .executableTarget(
            name: "mxprovision",
            dependencies: base + roles + ["StandardPlaybook", argumentParser],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "pvelab",
            dependencies: [argumentParser, subprocess] + hummingbird,
            swiftSettings: settings
        ),
        .testTarget(name: "HTTPTransportTests", dependencies: ["HTTPTransport"], swiftSettings: settings),
        .target(
            name: "TestSupport",
            dependencies: base + roles + ["HTTPTransport", "ProxmoxAPI", "RemoteShell", "MailChecks"],
            path: "Tests/TestSupport",
            swiftSettings: settings
        ),
        .testTarget(
            name: "FuzzTests", dependencies: base + ["TestSupport"], exclude: ["Corpus"], swiftSettings: settings),
        .testTarget(
            name: "ProxmoxAPITests", dependencies: ["Diagnostics", "ProxmoxAPI", "HTTPTransport", "TestSupport"],
            swiftSettings: settings),
        .testTarget(name: "UniFiAPITests", dependencies: ["UniFiAPI", "HTTPTransport"], swiftSettings: settings),
        .testTarget(
            name: "RemoteShellTests", dependencies: ["Secrets", "RemoteShell", "TestSupport"], swiftSettings: settings),
        .testTarget(name: "MailChecksTests", dependencies: ["MailChecks"], swiftSettings: settings),
        .testTarget(
            name: "ConfigurationFilesTests",
            dependencies: ["Secrets", "Diagnostics", "ConfigurationFiles", "RemoteShell", "TestSupport"],
            swiftSettings: settings),
        .testTarget(name: "ResourcesTests", dependencies: base + ["TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "ProvisioningTests", dependencies: base + roles + ["TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "mxprovisionTests", dependencies: base + roles + ["mxprovision", "StandardPlaybook", "TestSupport"],
            swiftSettings: settings),
        .testTarget(name: "pvelabTests", dependencies: ["pvelab"], swiftSettings: settings),
        .testTarget(
            name: "DoctorTests",
            dependencies: base + roles + ["ProxmoxAPI", "HTTPTransport", "RemoteShell", "pvelab"],
            swiftSettings: settings),
        .testTarget(
            name: "LabTests", dependencies: base + roles + ["TestSupport"], exclude: ["Points"],
            swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)

// Built by `make fuzz` alone: libFuzzer brings the main function.
if Context.environment["MXPROVISION_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(name: "Fuzz", dependencies: ["TestSupport"], path: "Tests/Fuzz", swiftSettings: settings))
}
