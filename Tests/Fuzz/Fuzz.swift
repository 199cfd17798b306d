import Foundation
import TestSupport

private let target: FuzzTarget = {
    let name = ProcessInfo.processInfo.environment["MXPROVISION_FUZZ_TARGET"] ?? ""
    guard let target = FuzzTarget(rawValue: name) else {
        let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
        FileHandle.standardError.write(Data("error: MXPROVISION_FUZZ_TARGET is not one of: \(names)\n".utf8))
        exit(64)
    }
    return target
}()

/// libFuzzer calls this for each input, on the main thread, which no task needs.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = start.map { Data(bytes: $0, count: count) } ?? Data()
    let done = DispatchSemaphore(value: 0)
    Task.detached {
        await target.parse(input)
        done.signal()
    }
    done.wait()
    return 0
}
