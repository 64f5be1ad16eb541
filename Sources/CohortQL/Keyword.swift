/// The words of the language.
public enum Keyword {
    /// Those that are no names: what can follow an event's name or description, and what begins a condition (`Reserved` in the grammar).
    public static let reserved: Set<String> = [
        "cohort", "report", "patients", "and", "or", "not", "any", "no", "sex", "age", "exists", "exactly", "at", "from", "to", "of", "is",
        "within", "before", "after", "on", "more", "between", "having", "by",
    ]
}
