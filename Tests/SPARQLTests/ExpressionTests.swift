import RDF
import SPARQL
import Testing

@Suite struct ExpressionTests {
    /// The value of an expression; `-` for an error.
    private func value(_ expression: String) throws -> String {
        try rows("SELECT (\(expression) AS ?v) { }", on: .empty)[0]
    }

    @Test(
        arguments: zip(
            [
                "1 + 2 * 3", "(1 + 2) * 3", "7 / 2", "1 - -1", "1.5 + 1", "1e0 + 1", "-(3)", "1 / 0", "1e0 / 0", "2 = 2.0", "\"a\" < \"b\"",
                "1 < \"a\"",
                "\"2020-01-02\"^^xsd:date > \"2020-01-01\"^^xsd:date", "170141183460469231731687303715884105727 + 1",
                "\"2020-01-01T00:00:00Z\"^^xsd:dateTime = \"2020-01-01T01:00:00+01:00\"^^xsd:dateTime",
                "\"NaN\"^^xsd:double = \"NaN\"^^xsd:double",
            ],
            ["7", "9", "3.5", "2", "2.5", "2.0E0", "-3", "-", "INF", "true", "true", "-", "true", "-", "true", "false"]))
    func computes(expression: String, expected: String) throws {
        #expect(try value(expression) == expected)
    }

    @Test(
        arguments: zip(
            [
                "?u || true", "?u || false", "true || ?u", "?u && false", "?u && true", "!?u", "true && !false", "BOUND(?u)",
                "COALESCE(?u, 2)", "IF(?u, 1, 2)", "IF(1 > 0, 1, 2)",
            ],
            ["true", "-", "true", "false", "-", "-", "true", "false", "2", "-", "1"]))
    func knowsThreeValues(expression: String, expected: String) throws {
        #expect(try value(expression) == expected)
    }

    @Test(
        arguments: zip(
            [
                "2 IN (1, 2)", "2 NOT IN (1, 2)", "3 IN (1, 2)", "2 IN (?u, 2)", "3 IN (?u, 2)", "1 IN ()", "e:a IN (e:a)",
                "3 NOT IN (?u, 1)",
            ],
            ["true", "false", "false", "true", "-", "false", "true", "-"]))
    func looksForMembers(expression: String, expected: String) throws {
        #expect(try value(expression) == expected)
    }

    @Test(
        arguments: zip(
            [
                "STR(e:a)", "STR(5)", "LANG(\"x\"@en)", "LANG(\"x\")", "LANGMATCHES(\"en-GB\", \"en\")", "LANGMATCHES(\"eng\", \"en\")",
                "LANGMATCHES(\"de\", \"*\")",
                "DATATYPE(5)", "isIRI(e:a)", "isLiteral(e:a)", "isNumeric(\"5\")", "CONTAINS(\"abc\", \"bc\")",
                "STRSTARTS(\"abc\", \"bc\")", "STRENDS(\"abc\", \"bc\")",
                "UCASE(\"ä\")", "LCASE(\"ABC\")", "STRLEN(\"äöü\")", "SUBSTR(\"hello\", 2, 3)", "STRBEFORE(\"a-b\", \"-\")",
                "STRAFTER(\"a-b\", \"-\")",
                "CONCAT(\"a\", \"b\")", "ABS(-5)", "ROUND(2.5)", "CEIL(2.1)", "FLOOR(-2.1)", "YEAR(\"2020-03-04\"^^xsd:date)",
                "xsd:integer(\"12\")", "xsd:integer(\"x\")",
                "xsd:boolean(\"1\")", "ENCODE_FOR_URI(\"a b/ü\")", "sameTerm(1, 1.0)", "IRI(\"http://e/z\")", "STR(?u)",
                "CONTAINS(5, \"5\")",
            ],
            [
                "http://e/a", "5", "en", "", "true", "false", "true", "<http://www.w3.org/2001/XMLSchema#integer>", "true", "false",
                "false", "true", "false", "true", "Ä",
                "abc", "3", "ell", "a", "b", "ab", "5", "3", "3", "-3", "2020", "12", "-", "true", "a%20b%2F%C3%BC", "false", "z",
                "-", "-",
            ]))
    func calls(expression: String, expected: String) throws {
        #expect(try value(expression) == expected)
    }

    @Test(
        arguments: zip(
            [
                "\"abc\", \"b\"", "\"abc\", \"^b\"", "\"abc\", \"^a.c$\"", "\"ABC\", \"b\"", "\"ABC\", \"b\", \"i\"",
                "\"a1b22\", \"[0-9]{2}\"", "\"a1b2\", \"\\\\d{2}\"",
                "\"foo.bar\", \"o\\\\.b\"", "\"foobar\", \"o\\\\.b\"", "\"abc\", \".c\", \"q\"", "\"aXc\", \"a(b|X)c\"",
                "\"ab\", \"a{3}|^b?ab*$\"", "\"a\\nb\", \"a.b\"",
                "\"a\\nb\", \"a.b\", \"s\"", "\"a\\nb\", \"^b\", \"m\"", "\"é\", \"\\\\p{Ll}\"", "\"x\", \"[^a-w]\"",
                "\"x\", \"[a-z-[x]]\"", "\"\", \"^$\"", "\"ÄPFEL\", \"äp\", \"i\"",
            ],
            [
                true, false, true, false, true, true, false, true, false, false, true, true, false, true, true, true, true, false, true,
                true,
            ]))
    func matchesRegularExpressions(arguments: String, expected: Bool) throws {
        #expect(try value("REGEX(\(arguments))") == "\(expected)")
    }

    @Test(arguments: ["(", "a)", "[a", "a{2,1}", "(a)\\\\2", "*a", "(?=a)", "\\\\q", "[]"])
    func refusesBadRegularExpressions(pattern: String) {
        #expect(throws: (any Error).self) { try value("REGEX(\"a\", \"\(pattern)\")") }
    }

    @Test func isNotSlowedByRepetitionsOfRepetitions() throws {
        let text = String(repeating: "a", count: 2_000) + "!"
        #expect(try value("REGEX(\"\(text)\", \"^(a*)*(a+)+$\")") == "false")
    }

    @Test func anErrorInAFilterDropsTheRow() throws {
        let data = try graph("e:a e:p 1 . e:b e:p \"x\" . e:c e:p 3 .")
        #expect(try rows("SELECT ?s { ?s e:p ?v FILTER(?v > 0) } ORDER BY ?s", on: data) == ["a", "c"])
        #expect(try rows("SELECT ?s { ?s e:p ?v FILTER(!(?v > 0)) }", on: data) == [])
    }
}
