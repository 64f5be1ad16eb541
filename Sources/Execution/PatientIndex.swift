import CohortPlan

/// The patients of a node as dense indexes, in the order in which they came, with what their sources say of them.
struct PatientIndex: Sendable {
    private(set) var ids: [String] = []
    private(set) var sexes = SexColumn()
    private(set) var birthDates = DayColumn()
    private var positions: [String: Int32] = [:]
    /// By patient, the one source that knows them, from 1; 0 for none yet, 255 for several.
    private var sources: [UInt8] = []
    /// Of whom sources or records say what cannot be true together.
    private var contradicted: Set<Int32> = []
    /// How much memory it takes, about, in bytes.
    private(set) var size = 0

    private static let several = UInt8.max
    /// An entry of the list, of the dictionary at its usual load, and of the columns.
    private static let bytesAPatient = 16 + 32 + 10

    var count: Int { ids.count }

    func position(of id: String) -> Int? { positions[id].map(Int.init) }

    /// The index of a patient, who is added where they are not known yet.
    mutating func index(of id: String) -> Int32 {
        if let known = positions[id] { return known }
        let index = Int32(ids.count)
        positions[id] = index
        ids.append(id)
        sexes.append(nil)
        birthDates.append(nil)
        sources.append(0)
        size += PatientIndex.bytesAPatient + (id.utf8.count > 15 ? id.utf8.count + 32 : 0)
        return index
    }

    /// Takes in a patient of a source.
    ///
    /// A source can know one patient twice, by several identifiers: what only one record says holds, what two say differently is unknown,
    /// and of dates of birth it is known what both leave open.
    mutating func add(_ patient: SourcePatient, of source: Int, tellsSex: Bool, tellsBirthDate: Bool) {
        let index = self.index(of: patient.id)
        let place = Int(index)
        let mark = UInt8(clamping: source + 1)
        sources[place] = sources[place] == 0 || sources[place] == mark ? mark : PatientIndex.several
        if tellsSex, let sex = patient.sex { sexes.add(sex, at: place) }
        guard tellsBirthDate, let birth = patient.birthDate, !contradicted.contains(index) else { return }
        guard let known = birthDates[place] else {
            birthDates[place] = birth
            return
        }
        let (earliest, latest) = (max(known.earliest, birth.earliest), min(known.latest, birth.latest))
        birthDates[place] = earliest <= latest ? DateRange(earliest, latest) : nil
        if earliest > latest { contradicted.insert(index) }
    }

    /// How many patients only one source knows, by its position.
    func knownOnly(to source: Int) -> Int { sources.count { $0 == UInt8(clamping: source + 1) } }
}

/// The sex of each patient; nil where it is not known.
struct SexColumn: Sendable {
    private var codes: [UInt8] = []

    private static let unknown = UInt8.max
    private static let contradicted = UInt8.max - 1

    subscript(row: Int) -> Sex? {
        let code = Int(codes[row])
        return Sex.allCases.indices.contains(code) ? Sex.allCases[code] : nil
    }

    mutating func append(_ sex: Sex?) { codes.append(SexColumn.code(sex)) }

    /// Takes in what a record says; what two say differently is unknown for good.
    mutating func add(_ sex: Sex, at row: Int) {
        let code = SexColumn.code(sex)
        codes[row] = codes[row] == SexColumn.unknown || codes[row] == code ? code : SexColumn.contradicted
    }

    private static func code(_ sex: Sex?) -> UInt8 { sex.flatMap(Sex.allCases.firstIndex).map { UInt8(clamping: $0) } ?? unknown }
}
