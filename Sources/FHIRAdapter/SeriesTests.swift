import CohortPlan
import Execution
import GRDB
import Hyperontology

/// Lowers the tests of imaging series, and gathers the elements that they read.
struct SeriesTests {
    /// In the order of the statement's list.
    private(set) var elements: [String] = []
    private(set) var assessments: [Assessment] = []

    /// - Throws: for a property that has no element in FHIR, naming it.
    mutating func lower(
        _ groups: [[AttributeTest]], plan: ExpandedPlan, bindings: ModelBindings
    ) throws(LoweringGap) -> [[SeriesTest]] {
        var lowered: [[SeriesTest]] = []
        for group in groups {
            var tests: [SeriesTest] = []
            for attribute in group { tests.append(try lower(attribute, plan: plan, bindings: bindings)) }
            lowered.append(tests)
        }
        return lowered
    }

    private mutating func lower(
        _ attribute: AttributeTest, plan: ExpandedPlan, bindings: ModelBindings
    ) throws(LoweringGap) -> SeriesTest {
        let name = attribute.property.localName
        guard let fields = bindings.properties[attribute.property.rawValue]?.fields, !fields.isEmpty else {
            throw LoweringGap("FHIR does not tell the property `\(name)`")
        }
        // FHIR R4 describes series by codes alone.
        let coded = fields.filter { $0.codeSystem != nil }
        guard case .coded(let set) = attribute.test, !coded.isEmpty else {
            throw LoweringGap("FHIR does not tell the property `\(name)` in this form")
        }
        let codes = try CodeSet(set, systems: Set(coded.compactMap(\.codeSystem)).sorted(), plan: plan, bindings: bindings)
        assessments.append(codes.assessment)
        return SeriesTest(positions: coded.map { position(of: $0.name) }, codes: codes)
    }

    private mutating func position(of element: String) -> Int {
        if let known = elements.firstIndex(of: element) { return ImageReader.firstElement + known }
        elements.append(element)
        return ImageReader.firstElement + elements.count - 1
    }
}

/// A test of one property of a series, by the elements that may hold it.
struct SeriesTest: Sendable {
    /// In a row; the first that is filled in counts.
    let positions: [Int]
    let codes: CodeSet

    /// Whether a row passes; unknown when no element is filled in.
    func truth(in row: Row) -> Truth {
        for position in positions {
            let recorded = CodingList.codings(row[position])
            if !recorded.isEmpty { return codes.contains(recorded) }
        }
        return .unknown
    }
}
