/// A fault of the gateway, active until it is cleared.
enum UniFiFault: String, Sendable, CaseIterable {
    case none
    /// Every path returns the login page.
    case loginPage = "login-page"
    /// The admin account has a second factor.
    case secondFactor = "2fa"
    /// A change is confirmed but not made.
    case noOp = "no-op"
    /// A session is valid for one call.
    case expiring
    /// The gateway rejects connections.
    case down
    /// The gateway responds late.
    case slow

    static let delay = Duration.seconds(60)
}
