import CohortPlan
import Diagnostics
import Execution
import FHIRAdapter
import Foundation
import HTTPClient
import Hyperontology
import TestFHIRServer
import Testing

/// A server with every fault: either it says of each patient what an export of the same resources says, or it says why it cannot.
@Suite(.timeLimit(.minutes(3))) struct ServerTests {
    /// Patients with a breast carcinoma, PSA values, drugs by code and by reference, a component, and enough records for several pages.
    private static let resources: [String] = {
        var lines = (1...60).map { number in
            Line.patient("p\(number)", #","gender":"\#(number % 2 == 0 ? "female" : "male")","birthDate":"19\#(40 + number % 40)-06-15""#)
        }
        lines.append(
            #"{"resourceType":"Observation","id":"panel","subject":{"reference":"Patient/p1"},"effectiveDateTime":"2020-04-01","code":\#(Line.concept(Line.loinc, "panel")),"component":[{"code":\#(Line.concept(Line.loinc, "2857-1")),"valueQuantity":{"value":99,"system":"http://unitsofmeasure.org","code":"ng/mL"}}]}"#
        )
        for number in 1...60 {
            let patient = "Patient/p\(number)"
            if number % 3 == 0 { lines.append(Line.condition("c\(number)", patient: patient, #","onsetDateTime":"2020-03-01""#)) }
            let psa =
                #""status":"final","effectiveDateTime":"2020-04-0\#(1 + number % 9)","valueQuantity":{"value":\#(number),"unit":"ng/mL","system":"http://unitsofmeasure.org","code":"ng/mL"}"#
            lines.append(Line.observation("o\(number)", patient: patient, psa))
            lines.append(Line.observation("x\(number)", patient: patient, code: "8302-2", #""effectiveDateTime":"2020-04-01""#))
            if number % 5 == 0 {
                let code = Line.concept("http://www.nlm.nih.gov/research/umls/rxnorm", "10324")
                lines.append(
                    number % 10 == 0
                        ? #"{"resourceType":"MedicationRequest","id":"m\#(number)","subject":{"reference":"\#(patient)"},"authoredOn":"2020-05-01","medicationReference":{"reference":"Medication/tamoxifen"}}"#
                        : #"{"resourceType":"MedicationRequest","id":"m\#(number)","subject":{"reference":"\#(patient)"},"authoredOn":"2020-05-01","medicationCodeableConcept":\#(code)}"#
                )
            }
        }
        lines.append(
            #"{"resourceType":"Medication","id":"tamoxifen","code":\#(Line.concept("http://www.nlm.nih.gov/research/umls/rxnorm", "10324"))}"#
        )
        lines.append(
            #"{"resourceType":"Medication","id":"other","code":\#(Line.concept("http://www.nlm.nih.gov/research/umls/rxnorm", "161"))}"#)
        return lines
    }()

    private let export: Export

    init() throws { export = try Export(ServerTests.resources) }

    private func adapter(_ address: ServiceAddress, rowLimit: Int = FHIRServerAdapter.standardRowLimit) throws -> FHIRServerAdapter {
        let ontology = try requireOntology()
        let uris = ontology.codeSystems.flatMap { system in system.uris.map { ($0, system.shortName) } }
        return FHIRServerAdapter(
            name: "clinic", address: address, bindings: ontology.bindings(for: "fhir"),
            codeSystems: Dictionary(uris) { first, _ in first }, http: HTTPClient(), rowLimit: rowLimit)
    }

    /// Breast carcinoma; PSA over 50; tamoxifen; nothing of the kind, which needs everybody; two of them at once.
    private func plans() throws -> [ExpandedPlan] {
        let breast = EventRequest(kind: .diagnosis, concepts: try export.concepts("Breast Carcinoma"))
        let psa = EventRequest(
            kind: .observation, concepts: try export.concepts("Prostate Specific Antigen"),
            value: .quantity(QuantityRange(from: QuantityBound(ExactDecimal(50), inclusive: false), unit: "ug/L")))
        let drug = EventRequest(kind: .medication, concepts: try export.concepts("Tamoxifen"))
        let conditions: [Condition] = [
            .count(EventSelection(breast), .atLeastOne), .count(EventSelection(psa), .atLeastOne),
            .count(EventSelection(drug), .atLeastOne),
            .count(EventSelection(breast), .zero), .all([.sex(.female), .count(EventSelection(drug), .zero)]),
            .all([.count(EventSelection(breast), .atLeastOne), .count(EventSelection(psa), .atLeastOne)]),
        ]
        return try conditions.map { try export.expand($0) }
    }

    /// Whom an engine finds for each plan.
    private func found(_ adapter: any SourceAdapter) async throws -> [[String]] {
        var found: [[String]] = []
        for plan in try plans() {
            let counted = try #require(try await PlanEngine(sources: [adapter]).execute(plan).counted)
            found.append(counted.selection.patients)
        }
        return found
    }

    @Test func theExportFindsWhatWasWritten() async throws {
        let found = try await found(export.adapter())
        #expect(found[0].count == 20)
        #expect(Set(found[1]) == Set((51...60).map { "p\($0)" } + ["p1"]))
        #expect(found[2].count == 12)
        #expect(found[3].count == 40)
    }

    @Test(
        arguments: [
            [], [.refusesPOST], [.ignoresCodes], [.findsNothing], [.lacks("code"), .lacks("combo-code")], [.lacks("combo-code")],
            [.lacks("medication")], [.findsNothingBy("medication")], [.takesListsLiterally],
            [.findsNothingBy("component-code"), .lacks("combo-code")], [.searchesNoComponents],
            [.capsPages(7)], [.capsPages(3)], [.repeats, .capsPages(9)], [.countsNothing], [.busy(3)],
            [.refusesPOST, .capsPages(7), .lacks("medication"), .lacks("combo-code")],
            [.ignoresElements], [.dropsChoices], [.ignoresIncludes], [.findsNothingBy("medication.code")], [.findsNothingBy("patient")],
            [.lacks("patient")], [.dropsChoices, .capsPages(3), .countsNothing],
            [.findsNothingBy("patient"), .findsNothingBy("medication")],
        ] as [Set<FaultyServer.Fault>])
    func aServerSaysWhatAnExportSays(_ faults: Set<FaultyServer.Fault>) async throws {
        let expected = try await found(export.adapter())
        let server = FaultyServer(resources: ServerTests.resources, faults: faults)
        let found = try await server.serve { address, _ in try await self.found(try self.adapter(address)) }
        #expect(found == expected, "\(faults)")
    }

    @Test func onlyWhatIsNeededIsFetched() async throws {
        let server = FaultyServer(resources: ServerTests.resources, faults: [])
        let plan = try plans()[5]
        let requests = try await server.serve { address, log in
            _ = try await PlanEngine(sources: [try self.adapter(address)]).execute(plan)
            return log.requests
        }
        #expect(requests.contains { $0.hasPrefix("POST /fhir/Condition/_search") && $0.contains("254837009") })
        #expect(!requests.contains { $0.contains("Medication") || $0.contains("Procedure") || $0.contains("ImagingStudy") }, "\(requests)")
        #expect(
            requests.filter { $0.hasPrefix("POST /fhir/Patient/_search") && $0.contains("_count=500") }.count == 1,
            "one pass over the patients, beside what is tried out the first time")
    }

    @Test(
        arguments: [
            (.circles, "N0445"), (.stopsEarly, "N0445"), (.sendsAway, "N0446"), (.status(401), "N0442"), (.status(500), "N0444"),
            (.status(400), "N0443"), (.halves, "N0443"), (.dies, "N0441"), (.html, "N0443"), (.version("3.0.2"), "N0447"),
            (.outcome, "N0444"), (.busy(1_000), "N0444"),
        ] as [(FaultyServer.Fault, DiagnosticCode)])
    func whatCannotBeAnsweredIsNamed(_ fault: FaultyServer.Fault, _ code: DiagnosticCode) async throws {
        let server = FaultyServer(resources: ServerTests.resources, faults: [fault, .capsPages(7)])
        try await server.serve { address, _ in
            let failure = await #expect(throws: ExecutionFailure.self) { try await self.found(try self.adapter(address)) }
            #expect(failure?.diagnostic.code == code, "\(fault): \(String(describing: failure))")
            #expect(failure?.diagnostic.help?.isEmpty == false)
        }
    }

    @Test func aServerThatHoldsMoreThanIsTakenGivesNoSmallerAnswer() async throws {
        let server = FaultyServer(resources: ServerTests.resources, faults: [.capsPages(10)])
        try await server.serve { address, _ in
            let failure = await #expect(throws: ExecutionFailure.self) { try await self.found(try self.adapter(address, rowLimit: 59)) }
            #expect(failure?.diagnostic.code == "N0449")
            let found = try await self.found(try self.adapter(address, rowLimit: 61))
            #expect(found.first?.count == 20)
        }
    }

    /// Real servers find nothing by what they do not know, even when they were asked to be strict; nothing by `_has` through a chain, nor by
    /// `deceased=true`; anything by `|code`; compare units as text; let two `_has` hold for different records; give rows for `_count=0`. None of that
    /// can hurt who never asks for it: codes, patients and medications are asked for, each tried out before, and the rest is compared here.
    @Test func nothingIsLeftToAServerToCompare() async throws {
        let resources =
            ServerTests.resources + [
                Line.patient("dead", #","deceasedBoolean":true,"gender":"female""#),
                Line.observation(
                    "mixed", patient: "Patient/dead", #""effectiveDateTime":"2020","valueQuantity":{"value":60,"unit":"ug/L"}"#),
                Line.condition("own", patient: "Patient/dead", #","onsetDateTime":"2020""#),
            ]
        let export = try Export(resources)
        let psa = EventRequest(
            kind: .observation, concepts: try export.concepts("Prostate Specific Antigen"),
            value: .quantity(QuantityRange(from: QuantityBound(ExactDecimal(50), inclusive: false), unit: "ng/mL")))
        let height = EventRequest(kind: .observation, concepts: try export.concepts("Prostate Specific Antigen"))
        let breast = EventRequest(kind: .diagnosis, concepts: try export.concepts("Breast Carcinoma"))
        let conditions: [Condition] = [
            .all([.count(EventSelection(EventRequest(kind: .death)), .atLeastOne), .count(EventSelection(psa), .atLeastOne)]),
            .all([psa, height, breast].map { .count(EventSelection($0), .atLeastOne) }),
            .not(.count(EventSelection(EventRequest(kind: .death)), .atLeastOne)),
        ]
        let plans = try conditions.map { try export.expand($0) }
        let asked = try await FaultyServer(resources: resources, faults: [.capsPages(20)]).serve { address, log in
            for plan in plans {
                let expected = try await PlanEngine(sources: [export.adapter()]).execute(plan).counted?.selection.patients
                let found = try await PlanEngine(sources: [try self.adapter(address)]).execute(plan).counted?.selection.patients
                #expect(found == expected && found?.isEmpty == false)
            }
            return log.requests
        }
        let names = asked.flatMap { request in
            (request.split(separator: " ").last ?? "").split(separator: "?").last.map { $0.split(separator: "&") } ?? []
        }.compactMap { $0.contains("=") ? $0.split(separator: "=").first.map(String.init) : nil }
        let known: Set<String> = [
            "code", "combo-code", "patient", "medication", "medication.code", "_id", "_count", "_elements", "_include", "_summary",
            "_offset",
        ]
        #expect(Set(names).subtracting(known).isEmpty, "\(Set(names))")
        #expect(!asked.contains { $0.contains("_count=0") })
    }

    @Test func aServerThatStallsEndsWithTheDeadline() async throws {
        let server = FaultyServer(resources: ServerTests.resources, faults: [.stalls])
        let plan = try plans()[0]
        try await server.serve { address, _ in
            let adapter = try self.adapter(address)
            let start = ContinuousClock.now
            let failure = await #expect(throws: ExecutionFailure.self) {
                try await PlanEngine(sources: [adapter]).execute(plan, deadline: .now + .seconds(13))
            }
            #expect(failure?.diagnostic.code.rawValue.isEmpty == false)
            #expect(ContinuousClock.now - start < .seconds(30))
        }
    }

    /// What a question takes is close to what it must take: each type once, only what is read of it, and the rest of whom it is about.
    @Test func aQuestionTakesFewRequestsAndBytes() async throws {
        // One in 3,000 has the diagnosis; everybody has a value.
        var lines = ["a", "b"].map { Line.condition($0, patient: "Patient/\($0)", #","onsetDateTime":"2020""#) }
        let narrative = #","text":{"status":"generated","div":"\#(String(repeating: "x", count: 500))"}"#
        for id in ["a", "b"] + (0..<2_998).map({ "p\($0)" }) {
            lines.append(Line.patient(id, #","gender":"female"\#(narrative)"#))
            lines.append(
                Line.observation(
                    "o\(id)", patient: "Patient/\(id)",
                    #""effectiveDateTime":"2020-04-01","valueQuantity":{"value":60,"system":"http://unitsofmeasure.org","code":"ng/mL"}\#(narrative)"#
                ))
        }
        let plan = try plans()[5]
        let resources = lines
        func take(_ faults: Set<FaultyServer.Fault>) async throws -> (patients: [String]?, requests: Int, bytes: Int) {
            try await FaultyServer(resources: resources, faults: faults).serve { address, log in
                let engine = PlanEngine(sources: [try self.adapter(address)])
                _ = try await engine.execute(plan)
                log.clear()
                let found = try await engine.execute(plan).counted?.selection.patients
                return (found, log.requests.count, log.bytes)
            }
        }
        let best = try await take([])
        let plain = try await take([.ignoresElements, .lacks("patient")])
        #expect(best.patients == ["a", "b"] && plain.patients == ["a", "b"])
        // Patients in six pages; the diagnoses and how many of each; one request for the values of two.
        #expect(best.requests <= 11, "\(best)")
        #expect(plain.requests >= best.requests + 4, "\(plain)")
        #expect(best.bytes * 4 < plain.bytes, "\(best.bytes) of \(plain.bytes)")
    }

    @Test func aServerThatIsAwayIsAFailure() async throws {
        let failure = await #expect(throws: ExecutionFailure.self) {
            try await found(adapter(ServiceAddress(url: "http://127.0.0.1:9")))
        }
        #expect(failure?.diagnostic.code == "N0441")
    }

    @Test func whatIsNotInTheCapabilityStatementIsNotEvaluable() async throws {
        let server = FaultyServer(resources: ServerTests.resources, faults: [.hides("Condition")])
        let plan = try plans()[0]
        try await server.serve { address, _ in
            let adapter = try self.adapter(address)
            try await adapter.probe()
            let result = try await PlanEngine(sources: [adapter]).execute(plan)
            #expect(result.overall == .notEvaluable)
            #expect(result.coverage.first?.reasons == ["the source holds no Condition"])
        }
        let blind = FaultyServer(resources: ServerTests.resources, faults: [.hides("Patient")])
        try await blind.serve { address, _ in
            let failure = await #expect(throws: SourceFailure.self) { try await self.adapter(address).probe() }
            #expect(failure?.diagnostic.code == "N0450")
        }
    }

    @Test func componentsThatAServerDoesNotSearchAreSaid() async throws {
        let server = FaultyServer(resources: ServerTests.resources, faults: [.lacks("combo-code"), .lacks("component-code")])
        let plan = try plans()[1]
        try await server.serve { address, _ in
            // Not probed before: what the server can is asked when the question comes.
            let result = try await PlanEngine(sources: [try self.adapter(address)]).execute(plan)
            #expect(result.overall == .narrower)
            #expect(result.coverage.first?.reasons == ["this server does not search the components of observations"])
        }
    }

    @Test(
        arguments: [
            ([], "a medication that stands inside a record of MedicationRequest is not searched for"),
            ([.hides("Medication")], "this server cannot be searched for Medication, which records may point at"),
        ] as [(Set<FaultyServer.Fault>, String)])
    func drugsThatASearchMayMissAreSaid(_ faults: Set<FaultyServer.Fault>, _ reason: String) async throws {
        let server = FaultyServer(resources: ServerTests.resources, faults: faults)
        let plan = try plans()[2]
        try await server.serve { address, _ in
            let result = try await PlanEngine(sources: [try self.adapter(address)]).execute(plan)
            #expect(result.overall == .narrower)
            #expect(result.coverage.first?.reasons.contains(reason) == true, "\(result.coverage)")
        }
    }

    @Test func explainShowsTheSearches() throws {
        let plan = try plans()[0]
        let queries = PlanEngine(sources: [try adapter(ServiceAddress(url: "http://127.0.0.1:9"))]).explain(plan).flatMap(\.queries)
        #expect(queries.map(\.text) == ["POST Condition/_search code=…"])
        #expect(queries.first?.parameters.contains("snomed|254837009") == true)
    }

    /// The published patients, served and exported: the same answers.
    @Test(.enabled(if: PublishedData.isThere, "skipped: ../shared is not here")) func publishedPatientsAreTheSameServedAndExported()
        async throws
    {
        let data = try PublishedData.unpacked()
        let kept = ["Patient", "Condition", "MedicationRequest", "MedicationAdministration", "Medication", "ImagingStudy"]
        let clinical = kept.flatMap { data.lines[$0] ?? [] }
        let expected = try await found(data.export.adapter())
        let server = FaultyServer(resources: clinical, faults: [.capsPages(200)])
        let plan = try plans()[0]
        let found = try await server.serve { address, _ in
            try await PlanEngine(sources: [try self.adapter(address)]).execute(plan).counted?.selection.patients
        }
        #expect(found == expected[0])
        #expect(found?.isEmpty == false)
    }
}
