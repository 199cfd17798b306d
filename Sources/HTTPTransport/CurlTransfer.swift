import CLibcurl
import Foundation
import Synchronization

/// A cancellation flag that any thread can set.
final class Flag: Sendable {
    private let raised = Atomic(false)
    var isRaised: Bool { raised.load(ordering: .relaxed) }
    func raise() { raised.store(true, ordering: .relaxed) }
}

/// The data that libcurl's callbacks collect during one transfer.
final class Transfer {
    /// The maximum size of a body. It is far larger than the largest answers, task logs and lists of guests.
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

    /// libcurl's error text; empty if there is none. It contains addresses and certificates, never headers.
    var complaint: String { String(cString: complaintBuffer) }

    /// Registers the callbacks. The handle points to this object until the transfer ends, so the caller must keep it
    /// alive until then.
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

    /// Parses the status line, such as `HTTP/1.1 500 CT 101 not running`, or a header. A later status line discards
    /// the earlier lines.
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
