import Engine

extension Event {
    /// The step that was changed, or nil for another event.
    package var changedStep: String? {
        if case .changed(let step, _, _) = self { step } else { nil }
    }
}
