import RemoteShell

/// A question who has an address. Whoever filters pings answers ARP and neighbour discovery all the same.
enum Neighbour {
    static func question(_ address: String) -> Script {
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

    /// What tells that somebody is there; nil where nothing does. A neighbour counts that has just been confirmed
    /// (`used` has seconds since use, confirmation and update): others may be gone since.
    static func sign(in text: String) -> String? {
        let lines = text.split(whereSeparator: \.isNewline)
        if lines.contains("own") { return "the host that was asked has it itself" }
        for line in lines {
            if let match = line.firstMatch(of: /lladdr ([0-9a-f:]+).* used \d+\/(\d+)\/\d+.* REACHABLE/),
                let age = Int(match.2), age <= 3
            {
                return "\(match.1) says so"
            }
        }
        return lines.contains("pinged") ? "it answers a ping" : nil
    }
}
