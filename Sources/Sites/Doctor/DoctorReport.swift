/// The report of `doctor` about a site, before anything is changed.
public typealias DoctorReport = CheckReport<DoctorSubject>

/// The areas that `doctor` checks, in this order.
public enum DoctorSubject: String, CheckSubject {
    case files, api, privileges, template, storage, guest, ssh, network, primary
}
