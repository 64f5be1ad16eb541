import CohortPlan
import CohortQL
import Diagnostics

extension PlanBuilder {
    mutating func scope(_ items: [ScopeItemSyntax]) -> QueryScope {
        var scope = QueryScope()
        for item in items {
            switch item {
            case .nodes(let names): add(names, to: &scope.nodes)
            case .collections(let names): add(names, to: &scope.collections)
            case .access(let names): add(names, to: &scope.access)
            case .deadline(let amount, let unit):
                let (seconds, isTooLong) = (integer(amount) ?? 0).multipliedReportingOverflow(by: unit.seconds)
                if isTooLong || !(1...86_400).contains(seconds) {
                    error("C0291", "a deadline is from a second to a day", at: amount.span, help: "write `deadline 10 minutes`")
                } else if scope.deadlineSeconds != nil {
                    error("C0291", "a question has one deadline", at: amount.span, help: "take one of the two out")
                }
                scope.deadlineSeconds = seconds
            case .threshold(let number):
                let threshold = integer(number) ?? 0
                if threshold < 1 { error("C0291", "a threshold is at least 1 patient", at: number.span, help: "write `threshold 20`") }
                scope.threshold = max(threshold, scope.threshold ?? 0)
            }
        }
        return scope
    }

    private mutating func add(_ names: [NameSyntax], to list: inout [String]) {
        for name in names where name.text.isEmpty || name.text.count > 100 {
            error("C0291", "a name is 1 to 100 characters long", at: name.span, help: "write the name that the node uses")
        }
        list = Set(list + names.map(\.text)).sorted()
    }
}
