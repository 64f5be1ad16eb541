public import CohortPlan

/// What a hospital lets out. It is the hospital's; a hub or a query can only ask for more protection.
public struct DisclosurePolicy: Hashable, Sendable {
    /// The smallest number of patients behind a published number.
    public let threshold: Int
    /// Published numbers are multiples of this.
    public let roundingBase: Int
    /// What patients may be split by.
    public let breakdowns: Set<AllowedBreakdown>
    /// The narrowest band of ages, in years.
    public let narrowestAgeBand: Int
    /// What a report may hold beside counts and tables.
    public let reports: Set<AllowedReport>
    /// Whether questions may look into free text, as the description of a series.
    public let readsText: Bool
    /// What a question may be for; a question for anything else is refused.
    public let purposes: Set<String>
    /// The tools that may be run over images, by name; empty for none.
    public let tools: Set<String>

    /// The stratifiers that a policy can allow.
    public enum AllowedBreakdown: String, Hashable, Codable, Sendable, CaseIterable {
        case sex, age
        /// The calendar year of an event.
        case year
        /// The coded value of an observation.
        case value
        /// The number of an observation, in bands.
        case number
        /// A property of images: the manufacturer, the slice thickness in bands.
        case images
    }

    /// The parts of a report that a policy can allow.
    public enum AllowedReport: String, Hashable, Codable, Sendable, CaseIterable { case summary, funnel, overlap }

    /// A threshold of 11 is what CMS, PCORnet, EMA and Health Canada ask for at once.
    public static let defaultThreshold = 11
    public static let defaultRoundingBase = 5
    /// No policy goes below this.
    public static let lowestThreshold = 3

    public init(
        threshold: Int = DisclosurePolicy.defaultThreshold, roundingBase: Int = DisclosurePolicy.defaultRoundingBase,
        breakdowns: Set<AllowedBreakdown> = Set(AllowedBreakdown.allCases), narrowestAgeBand: Int = 5,
        reports: Set<AllowedReport> = Set(AllowedReport.allCases), readsText: Bool = false, purposes: Set<String> = ["research"],
        tools: Set<String> = []
    ) {
        self.threshold = max(threshold, DisclosurePolicy.lowestThreshold)
        self.roundingBase = max(1, roundingBase)
        self.breakdowns = breakdowns
        self.narrowestAgeBand = max(1, narrowestAgeBand)
        self.reports = reports
        self.readsText = readsText
        self.purposes = purposes
        self.tools = tools
    }

    /// The policy with a stricter threshold, when the one that was asked for is stricter. It is never weaker than this one.
    public func tightened(threshold requested: Int?) -> DisclosurePolicy {
        guard let requested, requested > threshold else { return self }
        return DisclosurePolicy(
            threshold: requested, roundingBase: roundingBase, breakdowns: breakdowns, narrowestAgeBand: narrowestAgeBand,
            reports: reports, readsText: readsText, purposes: purposes, tools: tools)
    }

    /// Why a breakdown is not given; nil when it is. Looks at no patient.
    func refusal(of breakdown: Breakdown) -> String? {
        switch breakdown {
        case .sex: return refusal(of: .sex, "by sex")
        case .age(_, let width):
            if let reason = refusal(of: .age, "by age") { return reason }
            return width < narrowestAgeBand ? "the policy gives no bands of age below \(narrowestAgeBand) years" : nil
        case .year: return refusal(of: .year, "by year")
        case .value(_, let axis):
            if axis.property != nil { return refusal(of: .images, "by a property of images") }
            if case .bands = axis.strata { return refusal(of: .number, "by an observation's number") }
            return refusal(of: .value, "by an observation's value")
        case .cross(let axes): return axes.lazy.compactMap { self.refusal(of: $0) }.first
        }
    }

    private func refusal(of breakdown: AllowedBreakdown, _ words: String) -> String? {
        breakdowns.contains(breakdown) ? nil : "the policy gives no table \(words)"
    }

    /// Why a part of a report is not given; nil when it is. Looks at no patient.
    func refusal(of report: AllowedReport) -> String? {
        reports.contains(report) ? nil : "the policy gives no \(report.rawValue)"
    }

    /// Why a question for a purpose is not answered; nil when it is.
    public func refusal(ofPurpose purpose: String) -> String? {
        purposes.contains(purpose) ? nil : "the policy answers no question for the purpose `\(purpose)`"
    }

    /// Why a plan is not answered; nil when it is. Looks at no patient.
    public func refusal(of plan: CohortPlan) -> String? {
        plan.readsText && !readsText ? "the policy answers no question about free text" : nil
    }

    /// Why a tool is not run; nil when it is.
    public func refusal(ofTool tool: String) -> String? {
        tools.contains(tool) ? nil : "the policy runs no tool called `\(tool)`"
    }
}
