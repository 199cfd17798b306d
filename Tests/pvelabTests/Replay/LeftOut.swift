@testable import pvelab

/// What the lab is not asked, or answers otherwise, and why.
enum LeftOut {
    /// Why an exchange is not even tried; nil if it is.
    static func reason(unasked exchange: Recorded) -> String? {
        let path = exchange.target.prefix { $0 != "?" }.replacing("/api2/json", with: "")
        let below = path.split(separator: "/").dropFirst(2)
        switch (exchange.method, below.first) {
        case (nil, _): return "bytes on a socket"
        default: break
        }
        return nil
    }

    /// Why the lab answers otherwise, by case; the number behind `#` says which of several of one name.
    static let different: [String: String] = [:]
}
