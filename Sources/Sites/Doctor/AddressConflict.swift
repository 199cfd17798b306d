import ConfigurationFiles
import Engine
import RemoteShell

/// A check for another host with an address. A host that filters pings still answers ARP and neighbour discovery.
enum AddressConflict {
    package static func question(_ address: String) -> Script {
        """
        LC_ALL=C; export LC_ALL
        ip route get \(address) 2>/dev/null | grep -q '^local ' && echo own
        if command -v ping >/dev/null; then
            ping -c 2 -i 0.3 -W 1 \(address) >/dev/null 2>&1 && echo pinged
        else
            # Any packet makes the kernel look for the neighbour.
            bash -c 'echo >"/dev/udp/$0/9"' \(address) 2>/dev/null
            for try in 1 2 3 4 5; do
                ip neigh show to \(address) 2>/dev/null | grep -q REACHABLE && break
                sleep 0.2
            done
        fi
        ip -s neigh show to \(address) 2>/dev/null
        exit 0
        """
    }

    /// Returns the evidence that a host has the address, or nil if there is none. A neighbour entry counts only if it
    /// was confirmed in the last 3 s (`used` has the seconds since use, confirmation and update): an older one may be
    /// stale.
    package static func sign(in text: String) -> String? {
        let lines = text.split(whereSeparator: \.isNewline)
        if lines.contains("own") { return "the host that ran the check has it" }
        for line in lines {
            if let match = line.firstMatch(of: /lladdr ([0-9a-f:]+).* used \d+\/(\d+)\/\d+.* REACHABLE/),
                let age = Int(match.2), age <= 3
            {
                return "\(match.1) answers for it"
            }
        }
        return lines.contains("pinged") ? "it answers a ping" : nil
    }
}
