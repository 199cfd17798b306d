public import ConfigurationFiles

/// The public DNS settings of a site's guest.
public struct SiteDNSSettings: Sendable, Hashable {
    /// How the domain's SPF record is handled.
    public enum SPF: String, Sendable, Hashable, CaseIterable {
        /// The record is not changed; the line to add is printed with an explanation.
        case offer
        /// The guest's name is added to the record.
        case add
    }

    /// The public addresses at which senders reach the guest, not those of the VPN.
    public var addresses: [IPAddress]
    /// The preference of the guest's MX. It must be greater than the primary's.
    public var preference: Int
    public var spf: SPF
    /// The TLSA records for the certificate that the guest serves on port 25.
    public var tlsa: [CertificateAssociation]
}

extension SiteDNSSettings {
    package init?(_ parameters: inout Parameters) {
        let addresses = parameters.values("addresses", as: IPAddress.self)
        if addresses.isEmpty, parameters.keys.contains("addresses"), parameters.isKnown("addresses") {
            parameters.wrong("addresses", "`addresses` is empty; expected at least one address of the MX")
        }
        let preference = parameters.integer("preference", in: 1...65535, default: 20)
        let spf = parameters.choice("spf", default: SPF.offer)
        let tlsa = parameters.optionalValues("tlsa", as: CertificateAssociation.self) ?? []
        guard !addresses.isEmpty else { return nil }
        self.init(addresses: addresses, preference: preference, spf: spf, tlsa: tlsa)
    }
}
