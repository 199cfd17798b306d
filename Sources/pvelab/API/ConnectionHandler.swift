import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// Closes a connection after an error, after its hundredth response, or if a fault requires it.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// The maximum number of requests per connection, as in pve-http-server.
    static let limit = 100
    /// Internal header field that says how much of a response is sent. It is never sent itself.
    static let damage = HTTPField.Name("X-Lab-Damage")

    private var answered = 0
    private var wantsEnd = false
    private var damage: Reply.Damage?
    private var isClosing = false
    private let statusLine = StatusLineHandler()

    func handlerAdded(context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        do {
            let codec = try pipeline.handler(type: HTTP1ToHTTPServerCodec.self)
            try pipeline.addHandler(statusLine, position: .before(codec))
        } catch {
            context.fireErrorCaught(error)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data) {
            wantsEnd = head.headerFields[.connection]?.lowercased() == "close"
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isClosing else { return drop(promise) }
        switch unwrapOutboundIn(data) {
        case .head(var head):
            answered += 1
            damage = Self.damage.flatMap { head.headerFields[$0] }.flatMap(Reply.Damage.init)
            if let name = Self.damage { head.headerFields[name] = nil }
            guard damage != .unsent else { return close(context, promise) }
            wantsEnd = wantsEnd || head.status.code >= 400 || answered >= Self.limit
            head.headerFields[.connection] = wantsEnd ? "close" : "Keep-Alive"
            statusLine.reason = head.status.reasonPhrase
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body(var buffer) where damage == .cut:
            let half = buffer.readSlice(length: buffer.readableBytes / 2) ?? buffer
            context.writeAndFlush(wrapOutboundOut(.body(half)), promise: nil)
            close(context, promise)
        case .body(let buffer): context.write(wrapOutboundOut(.body(buffer)), promise: promise)
        case .end(let fields):
            context.writeAndFlush(wrapOutboundOut(.end(fields)), promise: promise)
            if wantsEnd { close(context, nil) }
        }
    }

    private func close(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        isClosing = true
        context.close(promise: nil)
        drop(promise)
    }

    private func drop(_ promise: EventLoopPromise<Void>?) { promise?.fail(ChannelError.ioOnClosedChannel) }
}

/// Writes the reason phrase into the status line. Otherwise statuses with a standard phrase would get that phrase.
private final class StatusLineHandler: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    var reason = ""

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(var head) = unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
        head.status = .custom(code: head.status.code, reasonPhrase: reason)
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }
}
