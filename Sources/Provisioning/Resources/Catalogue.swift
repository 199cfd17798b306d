/// The kinds of resources that a playbook can name.
public enum Catalogue {
    public static let kinds: [any Resource.Type] = [
        Hostname.self,
        Packages.self,
        ManagedFile.self,
        Directory.self,
        Postconf.self,
        LookupTable.self,
        RecipientPull.self,
        Certificate.self,
        ACMECertificate.self,
        Service.self,
        CronScript.self,
        CronJob.self,
        Timer.self,
        AlertChannels.self,
        Firewall.self,
        Command.self,
    ]
}
