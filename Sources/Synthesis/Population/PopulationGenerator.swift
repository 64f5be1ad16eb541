public import CohortPlan
public import Diagnostics
public import Hyperontology

/// How many of the patients have which gap in their demographics.
public struct PopulationOptions: Hashable, Codable, Sendable {
    /// The share of patients of whom only the year of birth is known. DICOM cannot say that: there their birth date is empty.
    public var yearOnlyBirths: Double
    /// The share of patients whose sex is not recorded.
    public var missingSex: Double

    public init(yearOnlyBirths: Double = 0.02, missingSex: Double = 0.004) {
        self.yearOnlyBirths = yearOnlyBirths
        self.missingSex = missingSex
    }
}

/// Makes cancer patients up: the same seed gives the same patients, and patient *n* is the same however many are made.
///
/// Two in five have breast cancer, a quarter prostate cancer, a fifth lung cancer, a tenth colorectal cancer; the rest were
/// screened and have none. Everybody was imaged at least once.
public struct PopulationGenerator: Sendable {
    public let seed: UInt64
    public let patients: Int
    public let options: PopulationOptions
    private let terms: ClinicalTerms

    /// - Throws: `U0301` for a number of patients that cannot be made, `U0302` naming every concept that the hyperontology lacks.
    public init(seed: UInt64, patients: Int, hyperontology: Hyperontology, options: PopulationOptions = PopulationOptions())
        throws(Diagnostic)
    {
        guard (0...KeySpace.maximumPatients).contains(patients) else {
            throw Diagnostic(
                "U0301", "`\(patients)` is not a number of patients that can be made",
                help: "give a number from 0 to \(KeySpace.maximumPatients)")
        }
        self.seed = seed
        self.patients = patients
        self.options = options
        self.terms = try ClinicalTerms(hyperontology)
    }

    /// All patients, in the order of their identifiers.
    public func population() -> [PatientRecord] { (0..<patients).map(patient(at:)) }

    /// One patient, by number from 0.
    public func patient(at number: Int) -> PatientRecord {
        var random = SeededGenerator(seed: seed, stream: UInt64(number))
        let group = random.choose(Group.shares) ?? .screening
        let sex: Sex = random.chance(group.female) ? .female : .male
        let diagnosis = Self.firstDay + random.whole(0...(Self.lastDay.daysSinceEpoch - Self.firstDay.daysSinceEpoch))
        let birth = Self.birth(age: group.age, sex: sex, at: diagnosis, &random)
        var course = PatientCourse(terms: terms, number: number, sex: sex, birth: birth, random: random)
        course.run(group, on: diagnosis)
        return course.record(options: options)
    }

    /// Diagnoses lie between these days.
    private static let firstDay = CalendarDate(year: 2012, month: 1, day: 1) ?? CalendarDate(daysSinceEpoch: 15_340)
    private static let lastDay = CalendarDate(year: 2024, month: 12, day: 31) ?? CalendarDate(daysSinceEpoch: 20_088)

    private static func birth(age: (mean: Double, deviation: Double), sex: Sex, at diagnosis: CalendarDate, _ random: inout SeededGenerator)
        -> CalendarDate
    {
        let years = min(93, max(24, Int(random.normal(mean: age.mean, deviation: age.deviation))))
        let birth = diagnosis.advanced(by: CalendarDistance(-years, .year)) - random.whole(0...364)
        // A few more than by chance are born on a leap day: ages are counted differently there.
        guard random.chance(0.005), let leapDay = CalendarDate(year: birth.components.year / 4 * 4, month: 2, day: 29) else { return birth }
        return leapDay
    }
}

/// Why somebody is in the population.
private enum Group: CaseIterable {
    case breast, prostate, lung, colorectal, screening

    static let shares: [(Group, Double)] = [(.breast, 40), (.prostate, 25), (.lung, 20), (.colorectal, 10), (.screening, 5)]

    /// The share of women.
    var female: Double {
        switch self {
        case .breast: 0.991
        case .prostate: 0
        case .lung: 0.42
        case .colorectal: 0.45
        case .screening: 0.6
        }
    }

    /// Age at diagnosis in years.
    var age: (mean: Double, deviation: Double) {
        switch self {
        case .breast: (60, 12.5)
        case .prostate: (68, 8)
        case .lung: (67, 9.5)
        case .colorectal: (67, 11.5)
        case .screening: (58, 9)
        }
    }
}

extension PatientCourse {
    fileprivate mutating func run(_ group: Group, on day: CalendarDate) {
        switch group {
        case .breast: random.chance(0.06) ? ductalCarcinomaInSitu(on: day) : breastCancer(on: day)
        case .prostate: prostateCancer(on: day)
        case .lung: lungCancer(on: day)
        case .colorectal: colorectalCancer(on: day)
        case .screening: screening(around: day)
        }
        if group != .screening, random.chance(0.03) { secondCancer(after: day) }
    }

    /// Another primary cancer years later, of which only the diagnosis is known here.
    private mutating func secondCancer(after day: CalendarDate) {
        var sites: [(ClinicalTerm, Double)] = [(.nonSmallCellLungCarcinoma, 0.3), (.colonCarcinoma, 0.35)]
        sites.append(sex == .female ? (.invasiveBreastCarcinoma, 0.35) : (.prostateCarcinoma, 0.35))
        guard let site = random.choose(sites) else { return }
        diagnose(site, on: day + random.whole(0...3_000))
    }
}
