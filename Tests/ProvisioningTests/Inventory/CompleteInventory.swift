/// A valid inventory with nearly every section and one value per line, so that tests can change a single value.
enum CompleteInventory {
    static let text = """
        name: home
        domains: [example.net, example.org]
        primary:
          name: mail.example.net
          address: 10.1.0.12
          port: 25
          vpn:
            peer: 10.1.0.1
          ssh:
            host_key: \(InventoryText.hostKey)
            user: root
            jump: ada@gate.example
        recipients:
          list: [ada@example.net, bob@example.org]
          postfixadmin:
            database: mariadb
          catch_all: [example.org]
          every: 15
          policy: reject
        alerts: ada@elsewhere.example
        alert:
          - smtp:
              host: smtp.elsewhere.example
              from: mx@elsewhere.example
              to: [ada@elsewhere.example]
        dns:
          primary:
            preference: 10
            addresses: [198.51.100.12]
          zones: [example.net, example.org]
          update:
            server: 192.0.2.53
            key:
              name: writer
              env: TSIG
        drill:
          recipient: ada@example.net
          log: journal
        sites:
          one:
            proxmox:
              address: pve1
              node: pve
              fingerprint: \(InventoryText.fingerprint)
              token:
                id: a@pve!up
                env: TOKEN
            guest:
              vmid: 110
              template: 100
              hostname: mx1.example.net
              network:
                bridge: vmbr0
                address: 10.2.0.25/24
                gateway: 10.2.0.1
                address6: fd00::25/64
                gateway6: fd00::1
            ssh:
              host_key: \(InventoryText.hostKey)
              node:
                host_key: \(InventoryText.hostKey)
            firewall: [guest, proxmox, node]
            certificate:
              acme:
                challenge: dns-01
            dns:
              addresses: [203.0.113.25]
              preference: 20
            router:
              unifi:
                address: gateway.example.net
                fingerprint: \(InventoryText.fingerprint)
                key:
                  env: UNIFI
        """

    static let lines = text.split(separator: "\n").map(String.init)

    /// Returns the inventory with one text replaced, which must occur exactly once.
    static func replacing(_ old: String, by new: String) -> String? {
        text.ranges(of: old).count == 1 ? text.replacing(old, with: new) : nil
    }
}
