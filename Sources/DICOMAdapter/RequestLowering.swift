import CohortPlan
import Execution
import Hyperontology

/// A request in the words of an archive: the tags to be read of every series, and what they are tested for.
struct LoweredRequest: Sendable {
    /// By group of ``Execution/CohortPlan/EventRequest/seriesTests``.
    let groups: [[SeriesTest]]
    let assessment: Assessment

    /// The tags that the search for series is asked for, beside those that place a series.
    var seriesTags: [String] { tags { $0.level != "instance" } }
    /// The tags that only images tell.
    var imageTags: [String] { tags { $0.level == "instance" } }

    private func tags(_ isWanted: (PropertyField) -> Bool) -> [String] {
        Set(groups.joined().flatMap(\.fields).filter(isWanted).map(\.name)).sorted()
    }
}

/// Turns requests into tests of tags, by the bindings.
struct RequestLowering {
    let plan: ExpandedPlan
    let bindings: ModelBindings

    func lower(_ request: EventRequest) throws(LoweringGap) -> LoweredRequest {
        guard request.kind.isImaging else { throw LoweringGap("DICOM has no place for \(request.kind.words)") }
        _ = try ArchiveFields(bindings)
        var groups: [[SeriesTest]] = []
        var assessment = Assessment.exact
        for group in request.seriesTests {
            var tests: [SeriesTest] = []
            for attribute in group {
                let (test, found) = try lower(attribute)
                tests.append(test)
                assessment = Assessment(
                    assessment.coverage.combined(with: found.coverage),
                    reasons: assessment.reasons + found.reasons.filter { !assessment.reasons.contains($0) })
            }
            groups.append(tests)
        }
        return LoweredRequest(groups: groups, assessment: assessment)
    }

    private func lower(_ attribute: AttributeTest) throws(LoweringGap) -> (SeriesTest, Assessment) {
        let name = attribute.property.rawValue.split(whereSeparator: { "/#".contains($0) }).last.map(String.init) ?? ""
        let fields = (bindings.properties[attribute.property.rawValue]?.fields ?? []).filter {
            attribute.test.canRead($0) && !isPrivate(tag: $0.name)
        }
        guard !fields.isEmpty else { throw LoweringGap("DICOM is not bound to tell the property `\(name)` in this form") }
        switch attribute.test {
        case .coded(let set):
            let codes = try CodeSet(set, systems: Set(fields.compactMap(\.codeSystem)).sorted(), plan: plan, bindings: bindings)
            return (SeriesTest(fields: fields, test: .coded(codes)), codes.assessment)
        case .quantity(let range): return (SeriesTest(fields: fields, test: .quantity(range)), .exact)
        case .assumed: throw LoweringGap("DICOM fixes the unit of the property `\(name)`")
        case .text(let words): return (SeriesTest(fields: fields, test: .text(words)), .exact)
        case .flag(let wanted): return (SeriesTest(fields: fields, test: .flag(wanted)), .exact)
        }
    }
}

extension ValueTest {
    /// Whether a tag holds values of the kind that is tested.
    fileprivate func canRead(_ field: PropertyField) -> Bool {
        switch self {
        case .coded: field.codeSystem != nil
        case .quantity: field.unit != nil
        case .flag: field.isPresence
        case .assumed: false
        case .text: field.codeSystem == nil && field.unit == nil && !field.isPresence
        }
    }
}
