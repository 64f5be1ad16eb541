import CohortPlan
import Hyperontology
import Testing

@testable import Synthesis

@Suite("The population's plausibility")
struct PlausibilityTests {
    private let population: [PatientRecord]

    init() throws { population = try Fixture.population.get() }

    private func share(_ part: Int, of whole: Int) -> Double { whole == 0 ? 0 : Double(part) / Double(whole) }

    /// Those who have a diagnosis or one below it.
    private func patients(with term: ClinicalTerm) throws -> [PatientRecord] {
        let concepts = try Fixture.concepts(below: term)
        return population.filter { patient in patient.events(.diagnosis).contains { $0.concept.map(concepts.contains) ?? false } }
    }

    @Test("diseases have their shares")
    func shares() throws {
        let lung = try patients(with: .nonSmallCellLungCarcinoma) + patients(with: .smallCellLungCarcinoma)
        let colorectal = try patients(with: .colonCarcinoma) + patients(with: .rectalCarcinoma)
        #expect((0.35...0.46).contains(share(try patients(with: .invasiveBreastCarcinoma).count, of: population.count)))
        #expect((0.21...0.30).contains(share(try patients(with: .prostateCarcinoma).count, of: population.count)))
        #expect((0.16...0.26).contains(share(Set(lung.map(\.id)).count, of: population.count)))
        #expect((0.07...0.15).contains(share(Set(colorectal.map(\.id)).count, of: population.count)))
        let healthy = population.filter { $0.events(.diagnosis).isEmpty }
        #expect((0.03...0.08).contains(share(healthy.count, of: population.count)))
    }

    @Test("women have nearly all breast cancers, men all prostate cancers and PSA tests")
    func sexes() throws {
        let breast = try patients(with: .invasiveBreastCarcinoma)
        #expect(share(breast.filter { $0.sex == .female }.count, of: breast.count) > 0.96)
        #expect(breast.contains { $0.sex == .male })
        #expect(try patients(with: .prostateCarcinoma).allSatisfy { $0.sex != .female })
        let antigen = try Fixture.concept(.prostateSpecificAntigen)
        #expect(population.filter { $0.has(.observation, of: antigen) }.allSatisfy { $0.sex != .female })
        #expect(population.contains { $0.sex == nil })
    }

    @Test("ages at diagnosis have the right middle")
    func ages() throws {
        func meanAge(_ term: ClinicalTerm) throws -> Double {
            let concepts = try Fixture.concepts(below: term)
            let ages = try patients(with: term).compactMap { patient -> Int? in
                guard let day = patient.events(.diagnosis).first(where: { $0.concept.map(concepts.contains) ?? false })?.start,
                    let birth = patient.birthDate, birth.isExact
                else {
                    return nil
                }
                return day.earliest.completedYears(since: birth.earliest)
            }
            #expect(ages.allSatisfy { (24...105).contains($0) })
            return Double(ages.reduce(0, +)) / Double(max(1, ages.count))
        }
        #expect((57.0...64.0).contains(try meanAge(.invasiveBreastCarcinoma)))
        #expect((65.0...71.0).contains(try meanAge(.prostateCarcinoma)))
    }

    @Test("some data are missing, but not many")
    func missing() throws {
        let breast = try patients(with: .invasiveBreastCarcinoma)
        for marker in [ClinicalTerm.estrogenReceptor, .progesteroneReceptor, .her2] {
            let concept = try Fixture.concept(marker)
            #expect((0.03...0.2).contains(share(breast.filter { !$0.has(.observation, of: concept) }.count, of: breast.count)))
            let answers = breast.flatMap { $0.events(.observation, of: concept) }
            #expect((0.001...0.06).contains(share(answers.filter { $0.coded == nil }.count, of: answers.count)))
        }
        let series = population.flatMap(\.events).flatMap(\.series)
        let withoutPart = series.filter { $0.values[ConceptIRI(CoreVocabulary.bodyPart)] == nil }
        #expect((0.01...0.06).contains(share(withoutPart.count, of: series.count)))
        #expect((0.005...0.04).contains(share(population.filter { $0.birthDate?.isExact == false }.count, of: population.count)))
    }

    @Test("receptors go together, and drugs follow them")
    func receptors() throws {
        let (estrogen, progesterone) = (try Fixture.concept(.estrogenReceptor), try Fixture.concept(.progesteroneReceptor))
        let positive = try Fixture.concept(.positive)
        let negative = try Fixture.concept(.negative)
        func answer(_ patient: PatientRecord, _ marker: ConceptIRI) -> ConceptIRI? { patient.events(.observation, of: marker).first?.coded }
        let sensitive = population.filter { answer($0, estrogen) == positive }
        let insensitive = population.filter { answer($0, estrogen) == negative }
        #expect(share(sensitive.filter { answer($0, progesterone) == positive }.count, of: sensitive.count) > 0.65)
        #expect(share(insensitive.filter { answer($0, progesterone) == positive }.count, of: insensitive.count) < 0.12)
        let endocrine = Set([try Fixture.concept(.letrozole), try Fixture.concept(.anastrozole), try Fixture.concept(.tamoxifen)])
        func isTreated(_ patient: PatientRecord) -> Bool {
            patient.events(.medication).contains { $0.concept.map(endocrine.contains) ?? false }
        }
        #expect(share(sensitive.filter(isTreated).count, of: sensitive.count) > 0.7)
        #expect(share(insensitive.filter(isTreated).count, of: insensitive.count) < 0.12)
        let trastuzumab = try Fixture.concept(.trastuzumab)
        let her2 = try Fixture.concept(.her2)
        #expect(population.filter { $0.has(.medication, of: trastuzumab) }.allSatisfy { answer($0, her2) != negative })
    }

    @Test("EGFR inhibitors follow a mutation")
    func mutations() throws {
        let (egfr, osimertinib, negative) = (try Fixture.concept(.egfr), try Fixture.concept(.osimertinib), try Fixture.concept(.negative))
        let treated = population.filter { $0.has(.medication, of: osimertinib) }
        #expect(!treated.isEmpty)
        #expect(treated.allSatisfy { !$0.events(.observation, of: egfr).contains { $0.coded == negative } })
    }

    @Test("the baseline study lies before chemotherapy for most who have it before surgery")
    func baseline() throws {
        let modality = ConceptIRI(CoreVocabulary.modality)
        let resonance = SeriesValue.coded(try Fixture.concept(.magneticResonance))
        let doxorubicin = try Fixture.concept(.doxorubicin)
        let treated = population.filter { $0.has(.medication, of: doxorubicin) }
        let imaged = treated.filter { patient in
            guard let start = patient.events(.medication, of: doxorubicin).first?.start?.earliest else { return false }
            return patient.events(.imagingStudy).contains { study in
                guard let day = study.start?.earliest, study.series.contains(where: { $0.values[modality] == resonance }) else {
                    return false
                }
                return day < start && day >= start - 60
            }
        }
        #expect(treated.count > 20)
        #expect(share(imaged.count, of: treated.count) > 0.75)
    }

    @Test("the Gleason score and the grade group agree")
    func grades() throws {
        let (gleason, group) = (try Fixture.concept(.gleasonScore), try Fixture.concept(.gradeGroup))
        let groupsByScore: [Int: Set<Int>] = [6: [1], 7: [2, 3], 8: [4], 9: [5], 10: [5]]
        var compared = 0
        for patient in population {
            guard let score = patient.events(.observation, of: gleason).first, let grade = patient.events(.observation, of: group).first,
                let sum = try number(score), let level = try number(grade)
            else { continue }
            #expect(groupsByScore[sum]?.contains(level) == true)
            compared += 1
        }
        #expect(compared > 100)
    }

    /// The number recorded, or the number that stands in the label of the coded answer.
    private func number(_ event: RecordedEvent) throws -> Int? {
        if let quantity = event.quantity { return Int(quantity.value.description) }
        guard let coded = event.coded else { return nil }
        return Int(try Fixture.hyperontology.get().concept(coded.rawValue)?.prefLabel.filter(\.isNumber) ?? "")
    }

    @Test("PSA falls after removal of the prostate")
    func antigen() throws {
        let (antigen, surgery) = (try Fixture.concept(.prostateSpecificAntigen), try Fixture.concept(.radicalProstatectomy))
        var falls = 0
        var cases = 0
        for patient in population {
            guard let day = patient.events(.procedure, of: surgery).first?.start?.earliest else { continue }
            let tests = patient.events(.observation, of: antigen)
            guard let before = tests.last(where: { ($0.start?.earliest ?? day) < day })?.quantity,
                let after = tests.first(where: { ($0.start?.earliest ?? day) > day })?.quantity
            else { continue }
            cases += 1
            if after.value < before.value { falls += 1 }
        }
        #expect(cases > 40)
        #expect(falls == cases)
        let units = Set(population.flatMap { $0.events(.observation, of: antigen) }.compactMap(\.quantity?.unit))
        #expect(units == ["ng/mL", "ug/L"])
    }

    @Test("there are deaths, second cancers, leap days, and several events on one day")
    func variety() {
        #expect((0.08...0.45).contains(share(population.filter { !$0.events(.death).isEmpty }.count, of: population.count)))
        #expect(population.contains { $0.birthDate.map { ($0.earliest.components.month, $0.earliest.components.day) == (2, 29) } ?? false })
        #expect(population.contains { Set($0.events(.diagnosis).map(\.concept)).count > 1 })
        let ties = population.filter { Set($0.events.compactMap(\.start)).count < $0.events.count }
        #expect(share(ties.count, of: population.count) > 0.5)
        #expect(population.flatMap(\.events).contains { $0.comparator == "<" })
    }

    @Test("MR series say what MR series say")
    func series() throws {
        let resonance = SeriesValue.coded(try Fixture.concept(.magneticResonance))
        let series = population.flatMap(\.events).flatMap(\.series)
        let (mr, other) = (
            series.filter { $0.values[ConceptIRI(CoreVocabulary.modality)] == resonance },
            series.filter { $0.values[ConceptIRI(CoreVocabulary.modality)] != resonance }
        )
        let field = ConceptIRI(CoreVocabulary.fieldStrength)
        #expect(share(mr.filter { $0.values[field] != nil }.count, of: mr.count) > 0.9)
        #expect(other.allSatisfy { $0.values[field] == nil })
        #expect(mr.contains { $0.values[ConceptIRI(CoreVocabulary.contrast)] == .flag(true) })
    }
}
