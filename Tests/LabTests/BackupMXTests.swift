import Testing

/// What concerns the one primary, which some of them stop, or the secondary site's one public address: one comes after the
/// other.
@Suite(.enabled(if: Lab.isUp, "needs `pvelab run`"), .serialized, .ownThreads, .timeLimit(.minutes(20)))
struct `A backup MX in the lab` {}
