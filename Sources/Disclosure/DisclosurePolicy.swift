import CohortPlan

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
    /// What a question may be for; a question for anything else is refused.
    public let purposes: Set<String>
    /// The tools that may be run over images, by name; empty for none.
    public let tools: Set<String>

    /// The stratifiers that a policy can allow.
    public enum AllowedBreakdown: String, Hashable, Codable, Sendable, CaseIterable { case sex, age }

    /// A threshold of 11 is what CMS, PCORnet, EMA and Health Canada ask for at once.
    public static let defaultThreshold = 11
    public static let defaultRoundingBase = 5
    /// No policy goes below this.
    public static let lowestThreshold = 3

    public init(
        threshold: Int = DisclosurePolicy.defaultThreshold, roundingBase: Int = DisclosurePolicy.defaultRoundingBase,
        breakdowns: Set<AllowedBreakdown> = Set(AllowedBreakdown.allCases), narrowestAgeBand: Int = 5, purposes: Set<String> = ["research"],
        tools: Set<String> = []
    ) {
        self.threshold = max(threshold, DisclosurePolicy.lowestThreshold)
        self.roundingBase = max(1, roundingBase)
        self.breakdowns = breakdowns
        self.narrowestAgeBand = max(1, narrowestAgeBand)
        self.purposes = purposes
        self.tools = tools
    }

    /// The policy with a stricter threshold, when the one that was asked for is stricter. It is never weaker than this one.
    public func tightened(threshold requested: Int?) -> DisclosurePolicy {
        guard let requested, requested > threshold else { return self }
        return DisclosurePolicy(
            threshold: requested, roundingBase: roundingBase, breakdowns: breakdowns, narrowestAgeBand: narrowestAgeBand,
            purposes: purposes,
            tools: tools)
    }

    /// Why a breakdown is not given; nil when it is. Looks at no patient.
    func refusal(of breakdown: Breakdown) -> String? {
        switch breakdown {
        case .sex: breakdowns.contains(.sex) ? nil : "the policy gives no table by sex"
        case .age(_, let width):
            if !breakdowns.contains(.age) {
                "the policy gives no table by age"
            } else if width < narrowestAgeBand {
                "the policy gives no bands of age below \(narrowestAgeBand) years"
            } else {
                nil
            }
        case .cross(let axes): axes.lazy.compactMap { self.refusal(of: $0) }.first
        }
    }

    /// Why a question for a purpose is not answered; nil when it is.
    public func refusal(ofPurpose purpose: String) -> String? {
        purposes.contains(purpose) ? nil : "the policy answers no question for the purpose `\(purpose)`"
    }

    /// Why a tool is not run; nil when it is.
    public func refusal(ofTool tool: String) -> String? {
        tools.contains(tool) ? nil : "the policy runs no tool called `\(tool)`"
    }
}
