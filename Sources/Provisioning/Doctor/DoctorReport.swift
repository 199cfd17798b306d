/// What was seen of a site before anything of it is touched.
public typealias DoctorReport = CheckReport<DoctorSubject>

/// What `doctor` looks at, in this order.
public enum DoctorSubject: String, CheckSubject {
    case files, api, privileges, template, storage, guest, ssh, network, primary
}
