import Alerts
public import ConfigurationFiles
import Sites

/// The mail server for which the guests are backups.
public struct PrimaryServer: Sendable, Hashable {
    public var name: DomainName
    /// The address within the VPN.
    public var address: IPAddress
    public var port: Int
    /// The address that answers ping at the VPN's far end, even if the mail server is down; nil if only the primary
    /// itself does.
    public var peer: IPAddress?
    /// How guests and this machine log in; nil if they do not.
    public var ssh: PrimaryAccess?
}
