import CLibcurl
import Foundation
import Synchronization

/// A wish to stop, raised from any thread.
final class Flag: Sendable {
    private let raised = Atomic(false)
    var isRaised: Bool { raised.load(ordering: .relaxed) }
    func raise() { raised.store(true, ordering: .relaxed) }
}

/// What libcurl's callbacks gather during one transfer.
final class Transfer {
    /// Far above the largest answers, which are task logs and lists of guests.
    private static let limit = 64 << 20
    private let cancelled: Flag
    private(set) var reason = ""
    private(set) var headers: [WireAnswer.Header] = []
    private(set) var body = Data()
    private let complaintBuffer = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

    init(cancelled: Flag) {
        self.cancelled = cancelled
        complaintBuffer.pointee = 0
    }

    deinit { complaintBuffer.deallocate() }

    /// What went wrong, in libcurl's words; empty where it has none. It tells addresses and certificates, never headers.
    var complaint: String { String(cString: complaintBuffer) }

    /// The handle points here until the transfer ends; the caller keeps this alive for so long.
    func listen(on curl: UnsafeMutableRawPointer) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        mxp_set_pointer(curl, CURLOPT_ERRORBUFFER, complaintBuffer)
        mxp_set_receive(curl, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            Transfer.at(context)?.take(bytes, size * count) ?? 0
        }
        mxp_set_pointer(curl, CURLOPT_WRITEDATA, context)
        mxp_set_receive(curl, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            Transfer.at(context)?.header(bytes, size * count) ?? 0
        }
        mxp_set_pointer(curl, CURLOPT_HEADERDATA, context)
        mxp_set_long(curl, CURLOPT_NOPROGRESS, 0)
        mxp_set_progress(curl) { context, _, _, _, _ in
            Transfer.at(context)?.cancelled.isRaised == true ? 1 : 0
        }
        mxp_set_pointer(curl, CURLOPT_XFERINFODATA, context)
    }

    private static func at(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    private func take(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        guard let bytes, body.count + count <= Self.limit else { return 0 }
        body.append(UnsafeRawBufferPointer(start: bytes, count: count).bindMemory(to: UInt8.self))
        return count
    }

    /// The status line, `HTTP/1.1 500 CT 101 not running`, or a header; a later status line replaces what came before.
    private func header(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        let line = String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
        if line.hasPrefix("HTTP/") {
            let parts = line.split(separator: " ", maxSplits: 2)
            reason = parts.count == 3 ? parts[2].trimmingCharacters(in: .whitespacesAndNewlines) : ""
            headers = []
        } else if let colon = line.firstIndex(of: ":") {
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespacesAndNewlines)
            headers.append(WireAnswer.Header(String(line[..<colon]), value))
        }
        return count
    }
}
