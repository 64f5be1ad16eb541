import RDF
import SPARQL
import Testing

/// SPARQL 1.1, section 17.4, where it says something that a careless reader gets wrong.
@Suite struct FunctionTests {
    @Test(
        arguments: zip(
            [
                // Decimals are exact.
                "0.1 + 0.2", "0.1 + 0.2 = 0.3", "1 / 3", "2.0 * 0.5", "1.0 - 0.9", "7 / 2", "6 / 2", "-7.5 / 2",
                "12345678901234567890 + 1", "0.000000000000000001 * 10", "1.0 / 0", "xsd:float(1) + 1", "1.5 + 1e0",
                "\"5\"^^xsd:byte + 1", "\"300\"^^xsd:byte + 1", "+5 - -5", "1 = 1.0 && 1.0 = 1e0",
                // Rounding.
                "ROUND(-2.5)", "ROUND(2.5)", "ROUND(-2.4)", "CEIL(-1.5)", "FLOOR(-1.5)", "ABS(-1.5)", "ROUND(2.5e0)", "CEIL(10)",
                "ABS(\"-1\")",
            ],
            [
                "0.3^decimal", "true^boolean", "0.333333333333333333^decimal", "1^decimal", "0.1^decimal", "3.5^decimal", "3^decimal",
                "-3.75^decimal", "12345678901234567891^integer", "0.00000000000000001^decimal", "-", "2.0E0^float", "2.5E0^double",
                "6^integer", "-", "10^integer", "true^boolean",
                "-2^decimal", "3^decimal", "-2^decimal", "-1^decimal", "-2^decimal", "1.5^decimal", "3.0E0^double", "10^integer", "-",
            ]
        ))
    func computes(expression: String, expected: String) throws {
        #expect(try value(expression) == expected)
    }

    @Test(
        arguments: zip(
            [
                "xsd:integer(\" 7 \")", "xsd:integer(2.9)", "xsd:integer(-2.9)", "xsd:integer(\"2.9\")", "xsd:integer(1e30)",
                "xsd:decimal(1e-3)", "xsd:decimal(\"1e0\")", "xsd:double(\"1e0\")", "xsd:double(\"INF\")", "xsd:string(1.0)",
                "xsd:string(1e0)", "xsd:string(e:a)", "xsd:boolean(\"true\")", "xsd:boolean(\"yes\")", "xsd:boolean(0.0)",
                "xsd:integer(true)",
                "xsd:dateTime(\"2020-02-30T00:00:00\")", "xsd:dateTime(\"2020-02-29T00:00:00Z\")",
                "xsd:dateTime(\"2020-02-29\"^^xsd:date)", "xsd:date(\"2020-02-29T10:00:00+01:00\"^^xsd:dateTime)", "xsd:integer(\"x\")",
                "xsd:string(true)", "xsd:float(\"1.5\")",
            ],
            [
                "7^integer", "2^integer", "-2^integer", "-", "1000000000000000000000000000000^integer", "0.001^decimal", "-", "1e0^double",
                "INF^double", "1", "1", "http://e/a", "true^boolean", "-", "false^boolean", "1^integer", "-",
                "2020-02-29T00:00:00Z^dateTime", "2020-02-29T00:00:00^dateTime", "2020-02-29+01:00^date", "-", "true", "1.5^float",
            ]))
    func casts(expression: String, expected: String) throws {
        #expect(try value(expression) == expected)
    }

    @Test(
        arguments: zip(
            [
                "\"2020-01-01T12:00:00\"^^xsd:dateTime = \"2020-01-01T12:00:00Z\"^^xsd:dateTime",
                "\"2020-01-01T12:00:00\"^^xsd:dateTime < \"2020-01-03T12:00:00Z\"^^xsd:dateTime",
                "\"2020-01-01T12:00:00.5Z\"^^xsd:dateTime > \"2020-01-01T12:00:00.25Z\"^^xsd:dateTime",
                "\"2020-01-01T00:00:00-05:00\"^^xsd:dateTime = \"2020-01-01T05:00:00Z\"^^xsd:dateTime",
                "\"2020-01-01T24:00:00Z\"^^xsd:dateTime = \"2020-01-02T00:00:00Z\"^^xsd:dateTime",
                "\"12:00:00Z\"^^xsd:time < \"12:00:00.5Z\"^^xsd:time", "\"2020-01-01\"^^xsd:date < \"2020-01-01T00:00:00\"^^xsd:dateTime",
                "SECONDS(\"2020-01-01T12:00:05.250Z\"^^xsd:dateTime)", "SECONDS(\"2020-01-01T12:00:00Z\"^^xsd:dateTime)",
                "HOURS(\"2020-01-01T07:00:00-05:00\"^^xsd:dateTime)", "TZ(\"2020-01-01T00:00:00-05:00\"^^xsd:dateTime)",
                "TZ(\"2020-01-01T00:00:00Z\"^^xsd:dateTime)", "TZ(\"2020-01-01T00:00:00\"^^xsd:dateTime)",
                "TIMEZONE(\"2020-01-01T00:00:00-05:30\"^^xsd:dateTime)", "TIMEZONE(\"2020-01-01T00:00:00Z\"^^xsd:dateTime)",
                "TIMEZONE(\"2020-01-01T00:00:00\"^^xsd:dateTime)", "YEAR(\"-0044-03-15T00:00:00Z\"^^xsd:dateTime)", "YEAR(\"2020\")",
                "NOW() = NOW()", "DATATYPE(NOW()) = xsd:dateTime && YEAR(NOW()) > 2020",
            ],
            [
                "-", "true^boolean", "true^boolean", "true^boolean", "true^boolean", "true^boolean", "-", "5.25^decimal", "0^decimal",
                "7^integer", "-05:00", "Z", "", "-PT5H30M^dayTimeDuration", "PT0S^dayTimeDuration", "-", "-44^integer", "-",
                "true^boolean", "true^boolean",
            ]))
    func knowsTime(expression: String, expected: String) throws {
        #expect(try value(expression) == expected)
    }

    @Test(
        arguments: zip(
            [
                "SUBSTR(\"motor car\", 6)", "SUBSTR(\"metadata\", 4, 3)", "SUBSTR(\"12345\", 1.5, 2.6)", "SUBSTR(\"12345\", 0, 3)",
                "SUBSTR(\"chat\"@fr, 2)", "STRBEFORE(\"abc\"@en, \"bc\")", "STRBEFORE(\"abc\"@en, \"xyz\")",
                "STRBEFORE(\"abc\"@en, \"\"@en)",
                "STRAFTER(\"abc\"@en, \"b\"@en)", "STRAFTER(\"abc\"@en, \"b\"@cy)", "STRAFTER(\"abc\", \"\")", "UCASE(\"foo\"@en)",
                "CONCAT(\"a\"@en, \"b\"@en)", "CONCAT(\"a\"@en, \"b\")", "CONCAT(\"a\", 1)", "CONCAT()", "STRLEN(\"😀\")",
                "ENCODE_FOR_URI(\"Los Angeles\"@en)", "LANGMATCHES(LANG(\"a\"@en-US), \"EN\")", "LANGMATCHES(\"\", \"*\")",
                "STRLANG(\"a\", \"en\")", "STRLANG(\"a\"@en, \"en\")", "STRDT(\"1\", xsd:integer)", "CONTAINS(\"foobar\"@en, \"bar\"@en)",
                "REPLACE(\"abracadabra\", \"bra\", \"*\")", "REPLACE(\"abracadabra\", \"a.*a\", \"*\")",
                "REPLACE(\"abracadabra\", \"a.*?a\", \"*\")", "REPLACE(\"AAAA\", \"A+\", \"b\")", "REPLACE(\"AAAA\", \"A+?\", \"b\")",
                "REPLACE(\"darted\", \"^(.*?)d(.*)$\", \"$1c$2\")", "REPLACE(\"abcd\", \"(ab)|(a)\", \"[1=$1][2=$2]\")",
                "REPLACE(\"abc\", \"z?\", \"-\")", "REPLACE(\"abc\", \"b\", \"$\")", "REPLACE(\"a$b\"@en, \"\\\\$\", \"\\\\$\\\\$\")",
                "REPLACE(\"aXbxc\", \"x\", \"-\", \"i\")", "REPLACE(\"a.b\", \".\", \"$0\", \"q\")", "REPLACE(\"abc\", \"(b)\", \"$0$10\")",
                "REGEX(\"abab\", \"^(ab)\\\\1$\")", "REGEX(\"abac\", \"^(ab)\\\\1$\")", "REGEX(\"aa-aa\", \"(a+)-\\\\1\")",
                "REGEX(\"x\", STR(?none))", "REGEX(\"x\", CONCAT(\"(\", \"\"))", "REGEX(\"Kelvin\", \"kelvin\", \"i\")",
                "REGEX(\"\u{212A}elvin\", \"kelvin\", \"i\")",
            ],
            [
                " car", "ada", "234", "12", "hat@fr", "a@en", "", "@en", "c@en", "-", "abc", "FOO@en", "ab@en", "ab", "-", "", "1^integer",
                "Los%20Angeles", "true^boolean", "false^boolean", "a@en", "-", "1^integer", "true^boolean", "a*cada*", "*", "*c*bra", "b",
                "bbbb", "carted", "[1=ab][2=]cd", "-", "-", "a$$b@en", "a-b-c", "a$0b", "abb0c", "true^boolean", "false^boolean",
                "true^boolean", "-", "-", "true^boolean", "true^boolean",
            ]))
    func handlesText(expression: String, expected: String) throws {
        #expect(try value(expression) == expected)
    }

    @Test(
        arguments: zip(
            [
                "MD5(\"abc\")", "SHA1(\"abc\")", "SHA256(\"abc\")", "SHA384(\"abc\")", "SHA512(\"abc\")", "MD5(\"abc\"@en)", "SHA1(1)",
            ],
            [
                "900150983cd24fb0d6963f7d28e17f72", "a9993e364706816aba3e25717850c26c9cd0d89d",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
                "-", "-",
            ]))
    func hashes(expression: String, expected: String) throws {
        #expect(try value(expression) == expected)
    }

    @Test func resolvesIRIs() throws {
        #expect(try value("IRI(\"x\")", base: "http://e/y/") == "y/x")
        #expect(try value("IRI(\"x\")") == "-")
        #expect(try value("IRI(\"http://e/> <x\")") == "-")
    }

    @Test func makesOneNodeForALabelWithinASolution() throws {
        let data = try graph("e:a e:p \"x\" . e:b e:p \"x\" .")
        let query =
            "SELECT (COUNT(DISTINCT ?m) AS ?c) (COUNT(DISTINCT ?k) AS ?d) { { SELECT ?m ?k { ?s e:p ?l BIND(BNODE(?l) AS ?m) BIND(BNODE(?l) AS ?n) BIND(BNODE() AS ?k) FILTER(?m = ?n) } } }"
        #expect(try rows(query, on: data) == ["2 2"])
        #expect(try value("BNODE(\"a\") = BNODE(\"a\")") == "true^boolean")
        #expect(try value("BNODE(\"a\") = BNODE(\"b\")") == "false^boolean")
        #expect(try value("BNODE() = BNODE()") == "false^boolean")
    }

    @Test func givesNewValues() throws {
        #expect(try value("RAND() >= 0 && RAND() < 1") == "true^boolean")
        #expect(try value("REGEX(STR(UUID()), \"^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$\")") == "true^boolean")
        #expect(try value("UUID() = UUID()") == "false^boolean")
        #expect(try value("STRLEN(STRUUID())") == "36^integer")
    }

    @Test func aggregates() throws {
        let data = try graph("e:a e:p 1, 2, 2.5 . e:b e:p \"x\", 3 . e:c e:p 4 .")
        #expect(
            try rows("SELECT ?s (SUM(?v) AS ?t) (COUNT(?v) AS ?n) (SAMPLE(?s) AS ?x) { ?s e:p ?v } GROUP BY ?s ORDER BY ?s", on: data) == [
                "a 5.5 3 a", "b - 2 b", "c 4 1 c",
            ])
        #expect(try rows("SELECT (AVG(?v) AS ?a) { e:a e:p ?v }", on: data) == ["1.833333333333333333"])
        #expect(
            try rows("SELECT (AVG(?v) AS ?a) (SUM(?v) AS ?b) (GROUP_CONCAT(?v) AS ?c) (MIN(?v) AS ?d) { e:z e:p ?v }", on: data) == [
                "0 0  -"
            ])
        #expect(
            try rows("SELECT (GROUP_CONCAT(?v; SEPARATOR=\", \") AS ?t) { SELECT ?v { e:a e:p ?v } ORDER BY ?v }", on: data) == [
                "1, 2, 2.5"
            ])
        #expect(
            try rows("SELECT (COUNT(DISTINCT *) AS ?n) { e:a e:p ?v { ?s e:p 1 } UNION { e:a e:p 1 } UNION { e:a e:p 1 } }", on: data) == [
                "6"
            ])
        #expect(try rows("SELECT ?s { ?s e:p ?v } GROUP BY ?s HAVING (MAX(?v) > 3) ORDER BY ?s", on: data) == ["c"])
        #expect(try rows("SELECT (SUM(?x) AS ?t) { VALUES ?x { 1 UNDEF 2 } }", on: data) == ["-"])
    }

    @Test(
        arguments: zip(
            [
                "REGEX(\"αβγ\", \"^\\\\p{IsGreek}+$\")", "REGEX(\"abc\", \"\\\\p{IsGreekandCoptic}\")",
                "REGEX(\"abc\", \"^\\\\P{IsCyrillic}*$\")",
                "REGEX(\"a\", \"[\\\\p{IsBasicLatin}-[a]]\")", "REGEX(\"a\", CONCAT(\"\\\\p{IsKlingon\", \"}\"))",
                "REPLACE(\"aя\", \"\\\\p{IsCyrillic}\", \"-\")",
                "+\"1\"", "+1.0", "+?none", "-(+1)", "\"a\"@en != \"a\"^^<http://e/t>", "\"a\"^^<http://e/t> != \"b\"^^<http://e/t>",
                "\"a\"@en = \"a\"@EN", "\"a\" = 1",
            ],
            [
                "true^boolean", "false^boolean", "true^boolean", "false^boolean", "-", "a-", "-", "1^decimal", "-", "-1^integer",
                "true^boolean", "-", "true^boolean", "-",
            ]))
    func knowsBlocksSignsAndUnknownTypes(expression: String, expected: String) throws {
        #expect(try value(expression) == expected)
    }
}
