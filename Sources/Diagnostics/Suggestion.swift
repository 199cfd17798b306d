/// Returns a hint what to write instead of `word`: the nearest of `names`, or all of them.
public func hint(for word: String, among names: [String]) -> String {
    if let nearest = nearest(to: word, among: names) { return "did you mean `\(nearest)`?" }
    return names.isEmpty ? "none is available" : "expected one of \(quoted(names))"
}

/// Returns "`a`, `b`, `c`". After 24 names, only the number of the others follows.
package func quoted(_ names: some Sequence<String>) -> String {
    let names = Array(names)
    let rest = names.count - 24
    return names.prefix(24).map { "`\($0)`" }.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
}

/// Returns the name that is probably meant by `word`, or nil if none is similar. A third of the characters may differ,
/// and at least one.
package func nearest(to word: String, among names: [String]) -> String? {
    // A longer word is not a typing error, and the cost below grows with the product of both lengths.
    guard word.count <= 64 else { return nil }
    let ranked = names.map { (name: $0, distance: editDistance($0.lowercased(), word.lowercased())) }
    return ranked.min { ($0.distance, $0.name) < ($1.distance, $1.name) }
        .flatMap { $0.distance <= max(1, word.count / 3) ? $0.name : nil }
}

/// Returns the Levenshtein distance, in which a swap of two adjacent characters counts once.
private func editDistance(_ left: String, _ right: String) -> Int {
    let right = Array(right)
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    var previous: Character?
    for (row, character) in left.enumerated() {
        var current = [row + 1]
        for column in right.indices {
            var distance = min(
                last[column + 1] + 1,
                current[column] + 1,
                last[column] + (right[column] == character ? 0 : 1)
            )
            if column > 0, right[column] == previous, right[column - 1] == character {
                distance = min(distance, beforeLast[column - 1] + 1)
            }
            current.append(distance)
        }
        beforeLast = last
        last = current
        previous = character
    }
    return last[right.count]
}
