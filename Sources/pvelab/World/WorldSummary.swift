import Foundation

extension World {
    func writeEnvironment(release: APIServer.Release) async throws {
        let certificates = Certificates(folder: folder)
        try await LabEnvironment(values: [
            "PVELAB_API": "https://\(Topology.nodeAddress):\(Topology.apiPort)",
            "PVELAB_NODE": Topology.nodeName,
            "PVELAB_FINGERPRINT": certificates.fingerprint(),
            "PVELAB_CA": certificates.authority,
            "PVELAB_TOKEN_ID": Topology.tokenID,
            "PVELAB_TOKEN_FILE": folder.tokenFile,
            "PVELAB_SSH_KEY": images.adminKey,
            "PVELAB_TEMPLATE_HOST_KEY": openKey(images.templateHostKey),
            "PVELAB_NODE_HOST_KEY": openKey(node.hostKey + ".pub"),
            "PVELAB_NODE_ADDRESS": Topology.nodeAddress,
            "PVELAB_GUEST_ADDRESS": Topology.backupMail,
            "PVELAB_GUEST_GATEWAY": Topology.nodeAddress,
            "PVELAB_ROUTER_ADDRESS": Topology.routerAddress,
            "PVELAB_ROUTER_FINGERPRINT": Certificates.fingerprint(of: GatewayDevice(folder: folder).certificate),
            "PVELAB_ROUTER_KEY_FILE": folder.routerKeyFile,
            "PVELAB_ROUTER_USER": GatewayDevice.user,
            "PVELAB_ROUTER_PASSWORD_FILE": folder.routerPasswordFile,
            "PVELAB_PUBLIC_ADDRESS": Topology.secondaryWAN,
            "PVELAB_PRIMARY_ADDRESS": Topology.primaryMail,
            "PVELAB_PRIMARY_HOST_KEY": openKey(images.primaryHostKey),
            "PVELAB_NAMESERVER": Topology.internetAddress,
            "PVELAB_DOMAIN": Topology.domain,
            "PVELAB_RELEASE": release.rawValue,
            "PVELAB_TSIG_NAME": names.zoneKey.name,
            "PVELAB_TSIG_FILE": names.zoneKey.file,
            "PVELAB_ACME_TSIG_NAME": names.challengeKey.name,
            "PVELAB_ACME_TSIG_FILE": names.challengeKey.file,
            "PVELAB_HIDDEN_PRIMARY": Topology.hiddenPrimary,
            "PVELAB_HIDDEN_ZONES": HiddenPrimary.zones.joined(separator: " "),
            "PVELAB_HIDDEN_TSIG_NAME": names.hidden.key.name,
            "PVELAB_HIDDEN_TSIG_FILE": names.hidden.key.file,
            "PVELAB_ACME_DIRECTORY": acme.directory,
            "PVELAB_ACME_CA": acme.certificate,
            "PVELAB_ACME_ROOT": acme.root,
            "PVELAB_HOOKS": "https://\(Elsewhere.webName):\(Elsewhere.webPort)",
            "PVELAB_RELAY": Elsewhere.relayName,
            "PVELAB_RELAY_USER": Elsewhere.user,
            "PVELAB_RELAY_PASSWORD_FILE": elsewhere.passwordFile,
            "PVELAB_ELSEWHERE_CA": elsewhere.certificate,
        ]).write(folder)
    }

    /// Returns the summary for people.
    func summary() throws -> String {
        let known = try LabEnvironment.read(folder)
        return """
            Proxmox API      \(known["PVELAB_API"])  (node \(known["PVELAB_NODE"]), imitates \(known["PVELAB_RELEASE"]))
              fingerprint    \(known["PVELAB_FINGERPRINT"])
              authority      \(known["PVELAB_CA"])
              token          \(known["PVELAB_TOKEN_ID"]), secret in \(known["PVELAB_TOKEN_FILE"])
            templates        100 (bare Debian 12), 101 and 102 (Debian 12 and 13 as Proxmox ships them)
              ssh key        \(known["PVELAB_SSH_KEY"])  (users root and admin)
              host key       \(known["PVELAB_TEMPLATE_HOST_KEY"])
            OS templates     \(OSTemplate.debian12.volume),
                             \(OSTemplate.debian13.volume)
            DHCP             \(Topology.dhcpRange.first) to \(Topology.dhcpRange.last) on vmbr0
            node's sshd      root@\(known["PVELAB_NODE_ADDRESS"]), with `pct` and the same key
              host key       \(known["PVELAB_NODE_HOST_KEY"])
            backup MX        \(Topology.secondaryWAN) ports 25 and 80 are forwarded to \(known["PVELAB_GUEST_ADDRESS"]) by the gateway
            UniFi gateway    https://\(known["PVELAB_ROUTER_ADDRESS"])  (UniFi OS; port 8443 as a classic controller)
              fingerprint    \(known["PVELAB_ROUTER_FINGERPRINT"])
              key            in \(known["PVELAB_ROUTER_KEY_FILE"])
              admin          \(known["PVELAB_ROUTER_USER"]), the password in \(known["PVELAB_ROUTER_PASSWORD_FILE"])
            primary          \(Topology.primaryWAN), within the VPN \(known["PVELAB_PRIMARY_ADDRESS"]); \
            mailboxes \(PrimarySite.mailboxes.joined(separator: ", ")),
                             the same in PostfixAdmin's databases; root's sshd with the same key
              host key       \(known["PVELAB_PRIMARY_HOST_KEY"])
            name server      \(known["PVELAB_NAMESERVER"]), for \(known["PVELAB_DOMAIN"])
              updates by     \(known["PVELAB_TSIG_NAME"]), its secret in \(known["PVELAB_TSIG_FILE"])
            hidden primary   \(known["PVELAB_HIDDEN_PRIMARY"]), for \(known["PVELAB_HIDDEN_ZONES"])
              key            \(known["PVELAB_HIDDEN_TSIG_NAME"]), its secret in \(known["PVELAB_HIDDEN_TSIG_FILE"])
            ACME server      \(known["PVELAB_ACME_DIRECTORY"])
              certificate    \(known["PVELAB_ACME_CA"])
            elsewhere        \(known["PVELAB_HOOKS"]) stores POST requests; \(known["PVELAB_RELAY"]) relays for \(known["PVELAB_RELAY_USER"])
              password       in \(known["PVELAB_RELAY_PASSWORD_FILE"])
              certificate    \(known["PVELAB_ELSEWHERE_CA"])
            variables        \(folder.environmentFile)
            """
    }

    /// Returns type and key, without the comment.
    private func openKey(_ file: String) throws -> String {
        try LabFolder.read(file).split(separator: " ").prefix(2).joined(separator: " ")
    }
}
