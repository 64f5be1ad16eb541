/// What every message about a definition of ATLAS means, with a document that causes it. `Grammar/import-errors.md` and the tests of messages
/// are made from it.
public enum ImportMessageReference {
    /// One kind of message.
    public struct Entry: Sendable {
        public let code: String
        /// What it means and why it is one, for people who have read the message.
        public let explanation: String
        /// A document that causes it.
        public let example: String
        /// Whether the example is too long to be shown.
        public let isLong: Bool

        init(_ code: String, _ explanation: String, _ example: String, isLong: Bool = false) {
            self.code = code
            self.explanation = explanation
            self.example = example
            self.isLong = isLong
        }
    }

    /// Every entry, by code.
    public static var entries: [Entry] {
        [
            Entry("C0301", "A cohort definition is a JSON document (RFC 8259).", "{\"PrimaryCriteria\": "),
            Entry(
                "C0302", "The members of a cohort definition are those that Circe writes; how long and how deep it may be is bounded.", "{}"
            ),
            Entry(
                "C0303", "A member holds something else than Circe writes there, so that what it means is not known.",
                definition("\"PriorDays\": \"many\"", "{\"Death\": {}}")),
            Entry(
                "C0304", "A query is bounded in its text and its depth. The bound that was passed is named.",
                concepts(40_000), isLong: true),
            Entry("C0305", "A cohort begins with records that let a patient in.", definition("\"PriorDays\": 0", "")),
            Entry(
                "C0310", "A construct that the language has no words for. The query says the rest, and in a comment what it leaves out.",
                definition("\"PriorDays\": 0", "{\"Death\": {\"StopReason\": {\"Text\": \"x\"}}}")),
        ]
    }

    private static func definition(_ window: String, _ criteria: String) -> String {
        """
        {
          "PrimaryCriteria": {
            "CriteriaList": [\(criteria)],
            "ObservationWindow": {\(window), "PostDays": 0},
            "PrimaryCriteriaLimit": {"Type": "First"}
          }
        }
        """
    }

    /// More concepts with their names than a query's text may hold.
    private static func concepts(_ count: Int) -> String {
        let items = (0..<count).map { "{\"concept\": {\"CONCEPT_ID\": \($0), \"CONCEPT_NAME\": \"A name that is as long as names are\"}}" }
        return """
            {"ConceptSets": [{"id": 0, "name": "Many", "expression": {"items": [\(items.joined(separator: ","))]}}],
            "PrimaryCriteria": {"CriteriaList": [{"ConditionOccurrence": {"CodesetId": 0}}]}}
            """
    }
}
