/// The playbook that comes with the program, and the files that its steps send. They are embedded in the program, so
/// that they are available wherever it runs.
public enum StandardPlaybook {
    /// The path of the playbook in ``files``.
    public static let name = "backup-mx.yml"

    /// The texts of the files by their paths relative to the source folder Playbooks.
    public static var files: [String: String] {
        let bytes = [
            name: PackageResources.backup_mx_yml,
            "files/list-recipients": PackageResources.list_recipients,
            "files/monitor": PackageResources.monitor,
            "files/primary-state": PackageResources.primary_state,
            "files/pull-recipients": PackageResources.pull_recipients,
        ]
        return bytes.mapValues { String(decoding: $0, as: UTF8.self) }
    }
}
