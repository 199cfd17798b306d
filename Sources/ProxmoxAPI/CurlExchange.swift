import CLibcurl
import Dispatch
import Foundation
import Synchronization

/// The way to a node over libcurl: HTTP/1.1 on one kept connection, one request at a time.
// Every use of the handle and the pin is on `queue`, which is serial; all else is immutable.
final class CurlExchange: Exchange, @unchecked Sendable {
    private let endpoint: Endpoint
    private let trust: Trust
    private let queue = DispatchQueue(label: "mxprovision.proxmox-api")
    private var handle: OpaqueHandle?

    /// A handle with the pin that its callbacks point to; both end together.
    private final class OpaqueHandle {
        let curl: UnsafeMutableRawPointer
        let pin = UnsafeMutablePointer<mxp_pin>.allocate(capacity: 1)

        init?() {
            guard let curl = curl_easy_init() else { return nil }
            self.curl = curl
            pin.initialize(to: mxp_pin())
        }

        deinit {
            curl_easy_cleanup(curl)
            pin.deallocate()
        }
    }

    init(endpoint: Endpoint, trust: Trust) {
        self.endpoint = endpoint
        self.trust = trust
    }

    func send(_ request: WireRequest) async throws -> WireAnswer {
        let cancelled = Flag()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                queue.async {
                    continuation.resume(with: Result { try self.perform(request, cancelled: cancelled) })
                }
            }
        } onCancel: {
            cancelled.raise()
        }
    }

    /// On `queue`.
    private func perform(_ request: WireRequest, cancelled: Flag) throws -> WireAnswer {
        guard let handle = handle ?? OpaqueHandle() else {
            throw APIError.unreachable(endpoint, reason: "libcurl has no memory for a connection")
        }
        self.handle = handle
        let transfer = Transfer(cancelled: cancelled)
        try configure(handle, for: request, transfer)
        var list: UnsafeMutablePointer<curl_slist>?
        // No `Expect`: Proxmox never answers 100 Continue.
        for (name, value) in request.headers { list = curl_slist_append(list, "\(name): \(value)") }
        list = curl_slist_append(list, "Expect:")
        defer { curl_slist_free_all(list) }
        mxp_set_pointer(handle.curl, CURLOPT_HTTPHEADER, list)

        let code = withExtendedLifetime(transfer) { curl_easy_perform(handle.curl) }
        guard code == CURLE_OK else {
            // A connection in an unknown state is not used again.
            self.handle = nil
            if cancelled.isRaised { throw CancellationError() }
            throw failure(code, handle)
        }
        var status = 0
        mxp_response_code(handle.curl, &status)
        return WireAnswer(status: status, reason: transfer.reason, body: transfer.body)
    }

    private func configure(_ handle: OpaqueHandle, for request: WireRequest, _ transfer: Transfer) throws {
        let curl = handle.curl
        curl_easy_reset(curl)
        mxp_set_text(curl, CURLOPT_URL, endpoint.url + request.target)
        mxp_set_text(curl, CURLOPT_CUSTOMREQUEST, request.method)
        mxp_set_text(curl, CURLOPT_PROTOCOLS_STR, "https")
        mxp_set_long(curl, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        mxp_set_long(curl, CURLOPT_NOSIGNAL, 1)
        mxp_set_long(curl, CURLOPT_CONNECTTIMEOUT, 10)
        // Proxmox itself waits up to 30 s for an inner proxy and 10 s for each of several locks.
        mxp_set_long(curl, CURLOPT_TIMEOUT, 90)
        mxp_set_long(curl, CURLOPT_FRESH_CONNECT, request.isOnce ? 1 : 0)
        mxp_set_long(curl, CURLOPT_SSL_SESSIONID_CACHE, 0)
        if let body = request.body {
            mxp_set_long(curl, CURLOPT_POST, 1)
            mxp_set_long(curl, CURLOPT_POSTFIELDSIZE, body.count)
            _ = body.withUnsafeBytes { bytes in
                // COPYPOSTFIELDS takes its copy now, with the size set before it.
                mxp_set_pointer(curl, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
            }
        }
        switch trust {
        case .authority(let file):
            guard FileManager.default.isReadableFile(atPath: file) else {
                throw APIError.untrusted(endpoint, pinned: nil, shown: "(the authority's file \(file) cannot be read)")
            }
            mxp_set_text(curl, CURLOPT_CAINFO, file)
            mxp_set_pointer(curl, CURLOPT_CAPATH, nil)
            mxp_set_long(curl, CURLOPT_SSL_VERIFYPEER, 1)
            mxp_set_long(curl, CURLOPT_SSL_VERIFYHOST, 2)
        case .fingerprint(let digest):
            handle.pin.pointee = mxp_pin()
            withUnsafeMutableBytes(of: &handle.pin.pointee.wanted) { $0.copyBytes(from: digest.bytes) }
            mxp_set_pin(curl, handle.pin)
        }
        transfer.listen(on: curl)
    }

    private func failure(_ code: CURLcode, _ handle: OpaqueHandle) -> APIError {
        let reason = String(cString: curl_easy_strerror(code))
        if case .fingerprint(let pinned) = trust, handle.pin.pointee.seen == 1 {
            let shown = Trust.Digest(bytes: withUnsafeBytes(of: handle.pin.pointee.shown) { Array($0) })
            if shown != pinned { return .untrusted(endpoint, pinned: pinned.description, shown: shown.description) }
        }
        var sent = 0
        mxp_request_size(handle.curl, &sent)
        switch code {
        case CURLE_PEER_FAILED_VERIFICATION: return .untrusted(endpoint, pinned: nil, shown: reason)
        case CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST, CURLE_SSL_CONNECT_ERROR:
            return .unreachable(endpoint, reason: reason)
        default: return sent > 0 ? .answerLost(endpoint, reason: reason) : .unreachable(endpoint, reason: reason)
        }
    }
}

/// A wish to stop, raised from any thread.
private final class Flag: Sendable {
    private let raised = Atomic(false)
    var isRaised: Bool { raised.load(ordering: .relaxed) }
    func raise() { raised.store(true, ordering: .relaxed) }
}

/// What libcurl's callbacks gather during one transfer.
private final class Transfer {
    /// The API's largest answers are task logs and lists of guests.
    private static let limit = 64 << 20
    private let cancelled: Flag
    private(set) var reason = ""
    private(set) var body = Data()

    init(cancelled: Flag) { self.cancelled = cancelled }

    /// The handle points here until the transfer ends; the caller keeps this alive for so long.
    func listen(on curl: UnsafeMutableRawPointer) {
        let context = Unmanaged.passUnretained(self).toOpaque()
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

    /// The status line, `HTTP/1.1 500 CT 101 not running`; a later one replaces an earlier one's.
    private func header(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        let line = String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
        if line.hasPrefix("HTTP/") {
            let parts = line.split(separator: " ", maxSplits: 2)
            reason = parts.count == 3 ? parts[2].trimmingCharacters(in: .whitespacesAndNewlines) : ""
        }
        return count
    }
}
