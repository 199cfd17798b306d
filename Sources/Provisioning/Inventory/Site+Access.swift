import ConfigurationFiles
import Engine
import Guests
import Ingress
import Resources

extension GuestAccess {
    init(
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
    /// The ports that are open before the guest's steps run: ssh and those of the steps. Port 25 is opened after the
    /// verification.
    var standingPorts: [OpenPort] { [.ssh(ssh.port)] + earlyPorts }

    /// The ports that the guest's steps need from outside: a certificate authority connects to port 80 before it signs.
    var earlyPorts: [OpenPort] { certificate.comesByHTTP ? [.http] : [] }

    /// The IPv4 addresses at which the guest is reached from outside: a router forwards only IPv4.
    var outsideAddresses: [IPAddress] {
        (router?.outside ?? dns?.addresses ?? []).filter { !$0.isIPv6 }
    }
}

extension OpenPort {
    static let smtp = OpenPort(name: "smtp", number: 25)
}
