/// The general kinds of resources, which every playbook can use.
public enum Catalogue {
    public static let general: [any Resource.Type] = [
        Hostname.self,
        Packages.self,
        ManagedFile.self,
        Directory.self,
        Certificate.self,
        ACMECertificate.self,
        Service.self,
        CronJob.self,
        CronScript.self,
        Timer.self,
        Firewall.self,
        Command.self,
    ]
}
