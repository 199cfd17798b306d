/// What is wrong with the gateway, until it is mended.
enum UniFiFault: String, Sendable, CaseIterable {
    case none
    /// Every path has the page that asks people to log in.
    case loginPage = "login-page"
    /// The admin has a second factor.
    case secondFactor = "2fa"
    /// A change is answered with yes, and not made.
    case noOp = "no-op"
    /// A session is good for one call.
    case expiring
    /// It refuses connections.
    case down
    /// It takes a request, and its time.
    case slow

    static let delay = Duration.seconds(60)
}
