package import ConfigurationFiles
import Resources

extension CertificateSource {
    /// Returns the values of `{{ certificate.… }}` in a playbook, and the flags that select its steps.
    ///
    /// - Parameters:
    ///   - contact: the address for the authority's messages if the inventory names none.
    ///   - isKeyPublished: whether a TLSA record contains the key's digest.
    package func variables(contact: MailAddress?, keepingKey isKeyPublished: Bool) -> [String: Variable] {
        var flags = ["files": false, "acme": false, "acme.http-01": false, "acme.dns-01": false]
        var values: [String: Variable] = [:]
        switch self {
        case .selfSigned: break
        case .files(let key, let chain):
            flags["files"] = true
            values = ["key": .text(key), "chain": .text(chain)]
        case .acme(let settings):
            flags["acme"] = true
            flags["acme." + settings.challenge.name] = true
            values = settings.variables(contact: contact)
            values["keep-key"] = .text(isKeyPublished ? "true" : "false")
        }
        values["ports"] = .list(ports.map(\.description))
        let all = values.merging(flags.mapValues(Variable.flag)) { $1 }
        return Dictionary(uniqueKeysWithValues: all.map { ("certificate." + $0.key, $0.value) })
    }
}

extension ACMESettings {
    fileprivate func variables(contact: MailAddress?) -> [String: Variable] {
        var values: [String: Variable] = [
            "directory": .text(directory),
            "key-type": .text(key.rawValue),
            "authorities": .list([authority].compactMap(\.self)),
        ]
        values["email"] = (email ?? contact).map { .text($0.description) }
        guard case .dns(let updates) = challenge else { return values }
        values["dns.server"] = .text(updates.server.description)
        values["dns.key"] = .text(updates.key.name)
        values["dns.algorithm"] = .text(updates.key.algorithm.rawValue)
        values["dns.secret"] = .secret(updates.key.secret)
        values["dns.propagation"] = .text(String(updates.propagation))
        return values
    }
}
