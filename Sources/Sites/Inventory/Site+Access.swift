import ConfigurationFiles
package import Engine
package import Guests
import Ingress
import Resources

extension GuestAccess {
    package init(
        site: Site,
        keys: HostKeyStore,
        stateStore: StateStore,
        report: @escaping EventHandler,
        connectionOptions: SSHConnection.ConnectionOptions = .init()
    ) {
        self.init(
            site: site.name, ssh: site.ssh, staticAddress: site.address, keys: keys, stateStore: stateStore,
            report: report, connectionOptions: connectionOptions)
    }
}

extension Site {
    /// The IPv4 addresses at which the guest is reached from outside: a router forwards only IPv4.
    var outsideAddresses: [IPAddress] {
        (router?.outside ?? dns?.addresses ?? []).filter { !$0.isIPv6 }
    }
}
