/// The addresses of the three sites: inside those of the article, outside those reserved for documentation.
enum Topology {
    static let domain = "yourdomain.net"

    static let internetAddress = "198.51.100.1"
    static let internetAddress6 = "2001:db8::1"

    static let primaryWAN = "198.51.100.10"
    static let primaryWAN6 = "2001:db8::10"
    static let primaryGateway = "10.1.0.1"
    static let primaryMail = "10.1.0.12"
    static let primaryNetwork = "10.1.0.0/24"

    /// The hidden primary name server, and the addresses of guests that it notifies.
    static let hiddenPrimary = "10.1.0.13"
    static let nameSecondaries = ["10.2.0.95", "10.2.0.96"]

    static let secondaryWAN = "198.51.100.20"
    static let secondaryWAN6 = "2001:db8::20"
    static let nodeAddress = "10.2.0.1"
    static let secondaryNetwork = "10.2.0.0/24"
    /// The initial target of the port forwards of ports 25 and 80 of the secondary site's public address.
    static let backupMail = "10.2.0.25"
    /// The address range of the secondary site's DHCP server.
    static let dhcpRange = (first: "10.2.0.120", last: "10.2.0.139")
    /// The name server in the node's resolv.conf. Guests without a configured name server use it.
    static let nodeResolver = nodeAddress
    static let nodeName = "pve2"
    /// The address of the secondary site's UniFi gateway.
    static let routerAddress = "10.2.0.2"

    static let tokenID = "sitectl@pve!ctl"
    static let apiPort = 8006
    static let packagesPort = 8080

    /// The ACME server runs next to the name server.
    static let acmeName = "acme.lab.example"
    static let acmePort = 14000
    static let acmeManagementPort = 15000
    /// The address of the external SMTP relay.
    static let relayAddress = "198.51.100.30"

    static let primaryTunnel = "10.255.0.1"
    static let secondaryTunnel = "10.255.0.2"
    static let tunnelPort = 51820
}
