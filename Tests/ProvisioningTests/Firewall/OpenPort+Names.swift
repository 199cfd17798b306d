import ConfigurationFiles
import Ingress

extension OpenPort {
    static let smtp = OpenPort(NetworkPort(25))
    static let http = OpenPort(NetworkPort(80))
}
