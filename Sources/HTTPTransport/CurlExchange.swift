import CLibcurl
import Dispatch
import Foundation

/// Sends requests to an endpoint with libcurl: HTTP/1.1, one request at a time, without following redirects.
///
/// Requests that may be sent twice share a persistent connection (``WireRequest/isOnce``). Every other request gets a
/// new connection, because libcurl repeats a request by itself if a persistent connection turns out to be closed.
// The handle and the pin are used only on `queue`, which is serial; everything else is immutable.
public final class CurlExchange: Exchange, @unchecked Sendable {
    private let endpoint: Endpoint
    private let trust: Trust
    private let patience: TransferTimeouts
    private let queue = DispatchQueue(label: "mxprovision.http-transport")
    private var handle: OpaqueHandle?

    /// A libcurl handle with the pin that its callbacks point to. Both are freed together.
    private final class OpaqueHandle {
        let curl: UnsafeMutableRawPointer
        let pin = UnsafeMutablePointer<mxp_pin>.allocate(capacity: 1)

        init?() {
            guard let curl = mxp_open() else { return nil }
            self.curl = curl
            pin.initialize(to: mxp_pin())
        }

        deinit {
            mxp_close(curl)
            pin.deallocate()
        }
    }

    /// Loads libcurl in its own thread, while the caller does other work.
    public static func prepare() { Thread.detachNewThread { _ = mxp_load() } }

    /// Creates an exchange without contacting the endpoint.
    public init(endpoint: Endpoint, trust: Trust, patience: TransferTimeouts) {
        self.endpoint = endpoint
        self.trust = trust
        self.patience = patience
    }

    public func send(_ request: WireRequest) async throws -> WireAnswer {
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

    /// Performs a request. It must run on `queue`.
    private func perform(_ request: WireRequest, cancelled: Flag) throws -> WireAnswer {
        guard !cancelled.isRaised else { throw CancellationError() }
        if let reason = mxp_load() { throw LibraryError(reason: String(cString: reason)) }
        guard let handle = handle ?? OpaqueHandle() else {
            throw TransportError.unreachable(endpoint, reason: "libcurl cannot allocate a connection")
        }
        self.handle = handle
        let transfer = Transfer(cancelled: cancelled)
        try configure(handle, for: request, transfer)
        var list: UnsafeMutablePointer<curl_slist>?
        // Without `Expect`: pveproxy never sends 100 Continue.
        for (name, value) in request.headers { list = mxp_append(list, "\(name): \(value)") }
        list = mxp_append(list, "Expect:")
        defer { mxp_free(list) }
        mxp_set_pointer(handle.curl, CURLOPT_HTTPHEADER, list)

        var (status, sent, connectError) = (0, 0, 0)
        let code = withExtendedLifetime(transfer) {
            let code = mxp_perform(handle.curl)
            mxp_response_code(handle.curl, &status)
            mxp_request_size(handle.curl, &sent)
            mxp_connect_error(handle.curl, &connectError)
            // The handle outlives the transfer, the list and their memory, so its pointers to them are removed here.
            mxp_reset(handle.curl)
            return code
        }
        guard code == CURLE_OK else {
            // A connection in an unknown state is not reused.
            self.handle = nil
            if cancelled.isRaised { throw CancellationError() }
            let complaint = code == CURLE_COULDNT_CONNECT ? Self.reason(connectError) : transfer.complaint
            throw failure(code, sent: sent, shown: handle.pin.pointee, complaint)
        }
        return WireAnswer(
            status: status, reason: transfer.reason, headers: transfer.headers, body: transfer.body)
    }

    /// Returns the system's text for a failed connect, because libcurl's own text omits the reason.
    private static func reason(_ connectError: Int) -> String {
        connectError == 0 ? "" : String(cString: strerror(CInt(connectError)))
    }

    private func configure(_ handle: OpaqueHandle, for request: WireRequest, _ transfer: Transfer) throws {
        let curl = handle.curl
        mxp_set_text(curl, CURLOPT_URL, endpoint.url + request.target)
        mxp_set_text(curl, CURLOPT_CUSTOMREQUEST, request.method)
        mxp_set_text(curl, CURLOPT_PROTOCOLS_STR, "https")
        mxp_set_long(curl, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        mxp_set_long(curl, CURLOPT_NOSIGNAL, 1)
        // The proxies of the environment are for the web. ssh connects to the site directly, and so does this.
        mxp_set_text(curl, CURLOPT_PROXY, "")
        mxp_set_long(curl, CURLOPT_CONNECTTIMEOUT, 10)
        let limit = request.method == "GET" ? patience.question : patience.change
        mxp_set_long(curl, CURLOPT_TIMEOUT_MS, limit.milliseconds)
        mxp_set_long(curl, CURLOPT_FRESH_CONNECT, request.isOnce ? 1 : 0)
        mxp_set_long(curl, CURLOPT_MAXAGE_CONN, patience.idle.milliseconds / 1000)
        mxp_set_long(curl, CURLOPT_MAXCONNECTS, 1)
        mxp_set_long(curl, CURLOPT_SSL_SESSIONID_CACHE, 0)
        if let body = request.body {
            mxp_set_long(curl, CURLOPT_POST, 1)
            mxp_set_long(curl, CURLOPT_POSTFIELDSIZE, body.count)
            _ = body.withUnsafeBytes { bytes in
                // COPYPOSTFIELDS copies the bytes now; the size must be set before it.
                mxp_set_pointer(curl, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
            }
        }
        switch trust {
        case .authority(let file):
            guard FileManager.default.isReadableFile(atPath: file) else {
                throw TransportError.authorityUnreadable(file: file)
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

    private func failure(_ code: CURLcode, sent: Int, shown pin: mxp_pin, _ complaint: String) -> TransportError {
        let reason = complaint.isEmpty ? String(cString: mxp_words(code)) : complaint
        if case .fingerprint(let pinned) = trust, pin.seen == 1 {
            let shown = Trust.Digest(bytes: withUnsafeBytes(of: pin.shown) { Array($0) })
            if shown != pinned { return .untrusted(endpoint, pinned: pinned.description, shown: shown.description) }
        }
        switch (code, trust) {
        case (CURLE_PEER_FAILED_VERIFICATION, _): return .untrusted(endpoint, pinned: nil, shown: reason)
        case (CURLE_SSL_CACERT_BADFILE, .authority(let file)): return .authorityUnreadable(file: file)
        default: return sent > 0 ? .answerLost(endpoint, reason: reason) : .unreachable(endpoint, reason: reason)
        }
    }
}
