import Foundation
import Glibc

/// The named formats of PVE::JSONSchema that the lab's calls use, with their original names.
enum Format: String, Sendable {
    case guest = "pve-vmid"
    case hostname = "dns-name"
    case hostnames = "dns-name-list"
    case node = "pve-node"
    case pool = "pve-poolid"
    case storage = "pve-storage-id"
    case content = "pve-storage-content"
    case contents = "pve-storage-content-list"
    case volume = "pve-volume-id"
    case realm = "pve-realm"
    case option = "pve-configid"
    case options = "pve-configid-list"
    case tags = "pve-tag-list"
    case privileges = "pve-priv-list"
    case outcomes = "pve-task-status-type-list"
    case startup = "pve-startup-order"
    case timezone = "pve-ct-timezone"
    case addresses = "lxc-ip-with-ll-iface-list"
    case ipv4
    case ipv6
    case ipv4Configuration = "pve-ipv4-config"
    case ipv6Configuration = "pve-ipv6-config"
    case hardwareAddress = "mac-addr"
    case interface = "pve-iface"
    case firewallAddress = "pve-fw-addr-spec"
    case sourcePort = "pve-fw-sport-spec"
    case destinationPort = "pve-fw-dport-spec"
    case firewallProtocol = "pve-fw-protocol-spec"
    case icmpType = "pve-fw-icmp-type-spec"
    case mountPoint = "pve-lxc-mp-string"
    case device = "pve-lxc-dev-string"
    case diskSize = "disk-size"

    /// Returns Proxmox's message about a value that does not match this format, or nil if it does.
    func error(_ value: String) -> String? {
        if rawValue.hasSuffix("-list") {
            return Node.list(value).first { !isRight($0) }.map { complaint($0) }
        }
        return isRight(value) ? nil : complaint(value)
    }

    private func isRight(_ value: String) -> Bool {
        switch self {
        case .guest: value.wholeMatch(of: /[1-9][0-9]{2,8}/) != nil
        case .hostname, .hostnames:
            value.wholeMatch(
                of: /(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*/)
                != nil
        case .node: value.wholeMatch(of: /[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?/) != nil
        case .pool: value.wholeMatch(of: /[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+){0,2}/) != nil
        case .storage: value.wholeMatch(of: /[A-Za-z][A-Za-z0-9._-]*[A-Za-z0-9]/) != nil
        case .volume: value.wholeMatch(of: /[A-Za-z][A-Za-z0-9._-]*[A-Za-z0-9]:.+/) != nil
        case .realm: value.wholeMatch(of: /[A-Za-z][A-Za-z0-9._-]+/) != nil
        case .option, .options: value.wholeMatch(of: /[A-Za-z][A-Za-z0-9_-]+/) != nil
        case .tags: value.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9_+.-]*/) != nil
        case .content, .contents:
            ["images", "rootdir", "vztmpl", "iso", "backup", "snippets", "import", "none"].contains(value)
        case .outcomes: ["ok", "error", "warning", "unknown"].contains(value)
        case .startup: value.wholeMatch(of: /(?:(?:(?:order=)?\d+|up=\d+|down=\d+)(?:,|$))+/) != nil
        case .addresses: Address.isIP(String(value.prefix { $0 != "%" }))
        case .ipv4: Address.isIPv4(value)
        case .ipv6: Address.isIPv6(value)
        case .ipv4Configuration: ["dhcp", "manual"].contains(value) || Address.isNetwork(value, AF_INET, 8...32)
        case .ipv6Configuration:
            ["auto", "dhcp", "manual"].contains(value) || Address.isNetwork(value, AF_INET6, 8...128)
        case .hardwareAddress:
            value.wholeMatch(of: /[a-fA-F0-9][02468aceACE](?::[a-fA-F0-9]{2}){5}/) != nil
        case .interface: value.wholeMatch(of: /[a-zA-Z][a-zA-Z0-9_]{1,20}(?:[:.]\d+)?/) != nil
        case .firewallAddress: Address.mistake(inFirewall: value) == nil
        case .sourcePort, .destinationPort:
            value.split(separator: ",").allSatisfy { $0.wholeMatch(of: /[a-zA-Z][\w-]*|\d{1,5}(?::\d{1,5})?/) != nil }
        case .firewallProtocol: value.wholeMatch(of: /[A-Za-z0-9.+-]+/) != nil
        case .diskSize: value.wholeMatch(of: /\d+(?:\.\d+)?[KMGT]?/) != nil
        case .privileges, .timezone, .icmpType, .mountPoint, .device: true
        }
    }

    private func complaint(_ value: String) -> String {
        switch self {
        case .guest: "value does not look like a valid VM ID\n"
        case .hostname, .hostnames: "value does not look like a valid DNS name\n"
        case .node: "value does not look like a valid node name\n"
        case .pool:
            value.split(separator: "/").count > 3
                ? "pool name '\(value)' nested too deeply (max levels = 3)\n"
                : "pool name '\(value)' contains invalid characters\n"
        case .storage: "storage ID '\(value)' contains illegal characters\n"
        case .content, .contents: "invalid content type '\(value)'\n"
        case .volume: "unable to parse volume ID '\(value)'\n"
        case .realm: "value does not look like a valid realm\n"
        case .option, .options: "invalid configuration ID '\(value)'\n"
        case .tags: "invalid characters in tag\n"
        case .startup: "unable to parse startup options\n"
        case .addresses: "value does not look like a valid IP address\n"
        case .ipv4: "value does not look like a valid ipv4 address\n"
        case .ipv6: "value does not look like a valid ipv6 address\n"
        case .ipv4Configuration: "value does not look like a valid ipv4 network configuration\n"
        case .ipv6Configuration: "value does not look like a valid ipv6 network configuration\n"
        case .hardwareAddress: "value does not look like a valid unicast MAC address\n"
        case .interface: "invalid network interface name '\(value)'\n"
        case .firewallAddress: Address.mistake(inFirewall: value) ?? ""
        case .sourcePort, .destinationPort: "invalid port '\(value)'\n"
        case .firewallProtocol: "unknown protocol '\(value)'\n"
        default: "value '\(value)' is not valid\n"
        }
    }
}
