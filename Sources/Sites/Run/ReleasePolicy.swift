/// What happens to the data that only a guest has when the guest is destroyed, such as queued messages.
public struct ReleasePolicy: Sendable {
    /// Time in seconds for which the service may finish its work before it is stopped.
    public var drain: Int
    /// Path of the file for what is left; nil to refuse to destroy it. An existing file is replaced only if an interrupted
    /// run wrote it for the same guest.
    public var export: String?

    public init(drain: Int = 30, export: String? = nil) {
        self.drain = drain
        self.export = export
    }
}
