import Diagnostics
import Engine
import ProxmoxAPI

/// The hardware address (MAC) of the guest that a clone replaces. The clone's notes record it from the start, so that
/// DHCP leases and neighbour tables of routers stay valid.
///
/// One line: `mxprovision-hardware-address: BC:24:11:2A:5B:9E`.
package struct KeptHardwareAddress: Equatable, Sendable {
    package let address: String

    private static let lines = NoteLines(prefix: "mxprovision-hardware-address: ")
    private static let form = Pattern(/[0-9A-Fa-f][02468ACEace](:[0-9A-Fa-f]{2}){5}/)

    /// Wraps an address.
    ///
    /// - Precondition: `address` comes from Proxmox.
    package init(address: String) { self.address = address }

    /// Reads an address. Returns nil if the text is not a unicast hardware address.
    package init?(text: some StringProtocol) {
        guard Self.form.fits(Substring(text)) else { return nil }
        address = String(text)
    }

    /// Reads the line of a guest's notes. Returns nil if there is none.
    package init?(in notes: String) {
        guard let value = Self.lines.values(in: notes).first else { return nil }
        self.init(text: value)
    }

    /// Returns the notes with this line after the ownership marker.
    package func written(into notes: String) -> String { Self.lines.write([address], into: notes) }
}

extension GuestView {
    /// The hardware address of `net0`.
    package var hardwareAddress: String? { device?.hardwareAddress.flatMap { KeptHardwareAddress(text: $0)?.address } }
}
