import Testing

/// Tests that use the only primary, which some of them stop, or the only public address of the secondary site. They run
/// one after the other.
@Suite(.enabled(if: Lab.isUp, "needs `pvelab run`"), .serialized, .ownThreads, .timeLimit(.minutes(30)))
struct `A backup MX in the lab` {}
