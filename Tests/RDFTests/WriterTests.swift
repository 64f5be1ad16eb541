import RDF
import Testing

@Suite struct WriterTests {
    private let turtle = TurtleWriter(prefixes: RandomGraph.prefixes)
    private let xml = RDFXMLWriter(prefixes: RandomGraph.prefixes)

    private func read(_ text: String, _ syntax: RDFSyntax) throws -> Set<Triple> {
        Set(try RDFParser().parse(Array(text.utf8), syntax: syntax, base: "http://base/"))
    }

    @Test(arguments: 0..<400) func readsTheTurtleItWrites(seed: Int) throws {
        let triples = RandomGraph(seed: seed).triples
        let text = try turtle.text(of: triples)
        #expect(areIsomorphic(try read(text, .turtle), triples), "\(text)")
        #expect(areIsomorphic(try read(NTriplesWriter.text(of: triples), .ntriples), triples))
    }

    @Test(arguments: 0..<400) func readsTheXMLItWrites(seed: Int) throws {
        let triples = RandomGraph(seed: seed, isForXML: true).triples
        let text = try xml.text(of: triples)
        #expect(areIsomorphic(try read(text, .rdfxml), triples), "\(text)")
    }

    @Test(arguments: 0..<50) func doesNotDependOnTheOrderOfTriples(seed: Int) throws {
        var generator = SeededGenerator(seed: seed)
        let triples = RandomGraph(seed: seed, isForXML: true).triples.shuffled(using: &generator)
        #expect(try turtle.text(of: triples) == turtle.text(of: triples.reversed()))
        #expect(try xml.text(of: triples) == xml.text(of: triples.reversed()))
    }

    @Test func isReadable() throws {
        let source = """
            @prefix e: <http://e/> .
            @prefix skos: <http://www.w3.org/2004/02/skos/core#> .

            e:breast a e:BodyPart ;
                skos:broader e:thorax ;
                skos:prefLabel "Breast"@en, "Brust"@de ;
                e:parts ( e:left 2 [ e:x 1.5 ] ) ;
                e:place [ a e:Place ;
                    e:field "value \\"quoted\\"" ] .

            """
        let expected = """
            @prefix e: <http://e/> .
            @prefix skos: <http://www.w3.org/2004/02/skos/core#> .

            e:breast a e:BodyPart ;
                e:parts ( e:left 2 [ e:x 1.5 ] ) ;
                e:place [ a e:Place ;
                    e:field "value \\"quoted\\"" ] ;
                skos:broader e:thorax ;
                skos:prefLabel "Breast"@en, "Brust"@de .

            """
        #expect(try turtle.text(of: read(source, .turtle)) == expected)
    }

    @Test func refusesWhatIsNoRDF() {
        let a = Term.iri("http://e/a")
        let faults = [
            Triple(a, .blank("b"), a), Triple(.string("x"), a, a), Triple(a, a, .iri("http://e/> <x")),
            Triple(a, a, .literal(Literal("x", language: "en . <a> <b> <c>"))),
            Triple(a, a, .literal(Literal("x", datatype: "not an IRI"))),
        ]
        for fault in faults {
            #expect(throws: RDFWritingError.self) { try turtle.text(of: [fault]) }
            #expect(throws: RDFWritingError.self) { try xml.text(of: [fault]) }
        }
    }

    @Test(arguments: ["http://e/", "http://e/1", "urn:", RDFVocabulary.namespace + "li", RDFVocabulary.namespace + "Description"])
    func refusesPredicatesWithoutXMLName(predicate: String) {
        let error = #expect(throws: RDFWritingError.self) { try xml.text(of: [Triple(.iri("http://e/a"), .iri(predicate), .string("x"))]) }
        #expect(error?.code == .inexpressible)
    }

    @Test func refusesCharactersThatXMLLacks() {
        let triple = Triple(.iri("http://e/a"), .iri("http://e/p"), .string("bell \u{7}"))
        #expect(throws: RDFWritingError.self) { try xml.text(of: [triple]) }
    }

    @Test func isNotLedAstrayByPrefixes() throws {
        let prefixes: PrefixMap = [
            "a b": "http://e/", "xmlfoo": "http://e/", "c": "http://e/> .\n<x> <y> <z> . <", "ns0": "http://other/", "0": "http://e/",
        ]
        let triples: Set = [
            Triple(.iri("http://e/a"), .iri("http://e/p"), .iri("http://f/q")),
            Triple(.iri("http://e/a"), .iri("http://f/p"), .string("x")),
        ]
        #expect(try read(TurtleWriter(prefixes: prefixes).text(of: triples), .turtle) == triples)
        #expect(try read(RDFXMLWriter(prefixes: prefixes).text(of: triples), .rdfxml) == triples)
    }

    @Test func writesLongListsAndChainsWithoutDeepStack() throws {
        var triples: Set<Triple> = []
        for index in 0..<100_000 {
            let cell = Term.blank("c\(index)")
            triples.insert(Triple(cell, .iri(RDFVocabulary.first), .iri("http://e/\(index)")))
            triples.insert(Triple(cell, .iri(RDFVocabulary.rest), index == 99_999 ? .iri(RDFVocabulary.nil) : .blank("c\(index + 1)")))
            triples.insert(Triple(.blank("d\(index)"), .iri("http://e/next"), .blank("d\(index + 1)")))
        }
        triples.insert(Triple(.iri("http://e/a"), .iri("http://e/list"), .blank("c0")))
        #expect(try read(turtle.text(of: triples), .turtle).count == triples.count)
        #expect(try read(xml.text(of: triples), .rdfxml).count == triples.count)
    }

    @Test(.enabled(if: SharedFiles.isPresent(SharedFiles.disease, "the disease ontology"))) func writesTheDiseaseOntology() throws {
        let source = Set(try RDFParser().parse(SharedFiles.unpacked(SharedFiles.disease), syntax: .turtle, base: "http://e/"))
        #expect(source.count == 197_224)
        let prefixes = PrefixMap.common.merging([
            "obo": "http://purl.obolibrary.org/obo/", "oio": "http://www.geneontology.org/formats/oboInOwl#",
        ])
        #expect(areIsomorphic(source, try read(TurtleWriter(prefixes: prefixes).text(of: source), .turtle)))
        #expect(areIsomorphic(source, try read(RDFXMLWriter(prefixes: prefixes).text(of: source), .rdfxml)))
    }

    @Test(arguments: SharedFiles.ownOntologies) func writesOurOntologies(file: String) throws {
        let source = Set(try RDFParser().parse(file: file, base: "http://e/"))
        #expect(areIsomorphic(source, try read(turtle.text(of: source), .turtle)))
        #expect(areIsomorphic(source, try read(xml.text(of: source), .rdfxml)))
    }
}
