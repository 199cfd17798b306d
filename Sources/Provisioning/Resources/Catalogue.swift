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
        CronJob.self,
        CronScript.self,
        Timer.self,
        AlertChannels.self,
        Firewall.self,
        Command.self,
    ]
}
