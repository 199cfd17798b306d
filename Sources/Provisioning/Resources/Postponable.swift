/// A resource whose remedy needs somebody outside of the site, who may be away or say no.
///
/// A remedy of this kind that ends with ``Postponement/exit`` leaves the guest serving at least as well as before. The run
/// tells why, goes on with the other steps, and the next one tries again.
public protocol Postponable: Resource {}

enum Postponement {
    /// EX_TEMPFAIL of sysexits.h.
    static let exit = 75
}
