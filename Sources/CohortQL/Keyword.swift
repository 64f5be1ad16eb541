/// The words of the language.
public enum Keyword {
    /// Those that are no names: what can follow an event's name or description, and what begins a condition or a definition
    /// (`Reserved` in the grammar).
    public static let reserved: Set<String> = [
        "cohort", "report", "concepts", "codes", "parameter", "import", "patients", "and", "or", "not", "any", "no", "sex", "age", "exists",
        "in",
        "observed",
        "unknown", "exactly", "at", "from", "to", "of", "is", "within", "before", "after", "on", "more", "between", "during", "starts",
        "ends", "overlaps", "contains", "meets", "equals", "each", "having", "by", "dispatch",
        "assume",
    ]

    /// Every word of the language, sorted: the grammar's literals of letters.
    public static let all: [String] = reserved.union([
        "annotation", "annotations", "apart", "bands", "count", "day", "days", "death", "deaths", "descendants", "diagnoses", "diagnosis",
        "difference", "end",
        "exclude",
        "female", "first", "imaging", "include", "intersection", "known", "last", "least", "male", "medication", "medications", "month",
        "months", "most", "nearest", "node", "observation", "observations", "one", "only", "other", "procedure", "procedures",
        "as", "change", "decrease", "doubling", "increase", "relative", "same", "the", "time",
        "radiotherapies",
        "radiotherapy", "segmentation", "series", "specimen", "specimens", "studies", "study", "than", "times", "union", "visit", "visits",
        "week",
        "access", "collections", "deadline", "events", "funnel", "gpu", "gpus", "highest", "hour", "hours", "inputs", "lowest", "memory",
        "minute", "minutes",
        "nodes", "outputs", "overlap", "parameters", "scope", "second", "seconds", "summary", "threshold", "unit", "value",
        "weeks", "where", "with", "year", "years", "yes",
    ]).union(atlas).union(RecordWords.tables).union(RecordWords.fields).sorted()

    /// Those that only a cohort with the semantics of ATLAS has, and sets of codes.
    private static let atlas: Set<String> = [
        "all", "as", "atlas", "censor", "collapse", "distinct", "end", "enter", "exit", "exposure", "gaps", "it", "its", "keep", "mapped",
        "none", "period", "qualify", "rule", "semantics", "source", "start", "time",
    ]

    /// Those that begin a definition or a report, and so are where reading goes on after a mistake.
    static let statements: Set<String> = ["cohort", "report", "concepts", "codes", "parameter", "import", "dispatch"]
}
