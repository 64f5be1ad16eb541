import CohortPlan
import Compiler
import Diagnostics
import Execution
import Foundation
import InMemorySource
import Testing

/// The twelve questions over patients who were made for them: one who is meant, and one for each thing that keeps another out.
@Suite struct QuestionPatientsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let file: String
        /// A patient a line (``SpecData``).
        let data: String
        let yes: [String]
        var unknown: [String] = []
        /// By measure, how many there are.
        let measures: [Int]
        /// By table, the rows that somebody is in, by the last word of their names, with how many patients.
        var tables: [Int: [String: Int]] = [:]
        /// By the cells of the overlap.
        var overlap: [Int]?

        var testDescription: String { file }
    }

    static let cases = [
        Case(
            file: "q01-neoadjuvant-breast-mri",
            data: """
                a female 1970-05-05: diagnosis InvasiveBreastCarcinoma 2020-01-10, medication Paclitaxel 2020-03-01, study 2020-02-01 [MR Breast contrast] [MR Breast plain], observation EstrogenReceptorStatus = Positive 2020-01-12, observation HER2Status = Negative 2020-01-12
                late female 1970-05-05: diagnosis InvasiveBreastCarcinoma 2020-01-10, medication Paclitaxel 2020-03-01, study 2020-03-02 [MR Breast contrast], observation EstrogenReceptorStatus = Positive 2020-01-12, observation HER2Status = Negative 2020-01-12
                her2 female 1970-05-05: diagnosis InvasiveBreastCarcinoma 2020-01-10, medication Paclitaxel 2020-03-01, study 2020-02-01 [MR Breast contrast], observation EstrogenReceptorStatus = Positive 2020-01-12, observation HER2Status = Positive 2020-01-12
                other female 1970-05-05: diagnosis LungCarcinoma 2018-01-10, diagnosis InvasiveBreastCarcinoma 2020-01-10, medication Paclitaxel 2020-03-01, study 2020-02-01 [MR Breast contrast], observation EstrogenReceptorStatus = Positive 2020-01-12, observation HER2Status = Negative 2020-01-12
                unsaid female 1970-05-05: diagnosis InvasiveBreastCarcinoma 2020-01-10, medication Paclitaxel 2020-03-01, study 2020-02-01 [MR Breast], observation EstrogenReceptorStatus = Positive 2020-01-12, observation HER2Status = Negative 2020-01-12
                """,
            yes: ["a"], unknown: ["unsaid"], measures: [1, 1, 1], tables: [0: ["40-49": 1]]),
        Case(
            file: "q02-prostate-pirads",
            data: """
                a male 1950-01-01: observation PIRADS = PIRADS4 2020-02-01, study 2020-02-01 [MR Prostate], observation ProstateSpecificAntigen = 6 ng/mL 2020-01-01, procedure BiopsyOfProstate 2020-03-01, observation ISUPGradeGroup = ISUPGradeGroup3 2020-03-05
                ungraded male 1950-01-01: observation PIRADS = PIRADS5 2020-02-01, study 2020-02-03 [MR Prostate], observation ProstateSpecificAntigen = 4 ug/L 2020-01-01, procedure BiopsyOfProstate 2020-03-01
                low male 1950-01-01: observation PIRADS = PIRADS3 2020-02-01, study 2020-02-01 [MR Prostate], observation ProstateSpecificAntigen = 6 ng/mL 2020-01-01, procedure BiopsyOfProstate 2020-03-01
                high male 1950-01-01: observation PIRADS = PIRADS4 2020-02-01, study 2020-02-01 [MR Prostate], observation ProstateSpecificAntigen = 11 ng/mL 2020-01-01, procedure BiopsyOfProstate 2020-03-01
                late male 1950-01-01: observation PIRADS = PIRADS4 2020-02-01, study 2020-02-01 [MR Prostate], observation ProstateSpecificAntigen = 6 ng/mL 2020-01-01, procedure BiopsyOfProstate 2020-06-01
                """,
            yes: ["a", "ungraded"], measures: [2, 2], tables: [0: ["ISUPGradeGroup3": 1, "unknown": 1]]),
        Case(
            file: "q03-egfr-lung",
            data: """
                a female 1960-01-01: diagnosis NonSmallCellLungCarcinoma 2020-01-01, observation StageGroup = StageIVA 2020-01-05, observation EGFRMutationStatus = Positive 2020-01-10, study 2020-01-20 [CT Chest 1mm], medication Osimertinib 2020-02-01, study 2020-04-01 [CT Chest 3mm], observation RECISTResponse = StableDisease 2020-04-01, observation RECISTResponse = PartialResponse 2020-07-01, observation RECISTResponse = ProgressiveDisease 2020-12-01
                thick female 1960-01-01: diagnosis NonSmallCellLungCarcinoma 2020-01-01, observation StageGroup = StageIVA 2020-01-05, observation EGFRMutationStatus = Positive 2020-01-10, study 2020-01-20 [CT Chest 3mm], medication Osimertinib 2020-02-01, study 2020-04-01 [CT Chest 3mm]
                early female 1960-01-01: diagnosis NonSmallCellLungCarcinoma 2020-01-01, observation StageGroup = StageIIB 2020-01-05, observation EGFRMutationStatus = Positive 2020-01-10, study 2020-01-20 [CT Chest 1mm], medication Osimertinib 2020-02-01, study 2020-04-01 [CT Chest 3mm]
                """,
            yes: ["a"], measures: [1, 1, 1], tables: [0: ["PartialResponse": 1], 1: ["female": 1]]),
        Case(
            file: "q04-rectal-restaging",
            data: """
                a male 1960-01-01: diagnosis RectalAdenocarcinoma 2020-01-01, observation ClinicalTStage = cT3 2020-01-10, study 2020-01-12 [MR Pelvis =T2Weighted], radiotherapy LongCourseChemoradiotherapy 2020-02-01..2020-03-10, study 2020-05-05 [MR Pelvis =T2Weighted], procedure RectalResection 2020-06-01, observation PathologicalResponse = PathologicalCompleteResponse 2020-06-10
                short male 1960-01-01: diagnosis RectalAdenocarcinoma 2020-01-01, observation ClinicalTStage = cT3 2020-01-10, study 2020-01-12 [MR Pelvis =T2Weighted], radiotherapy Radiotherapy 2020-02-01..2020-02-05, study 2020-03-20 [MR Pelvis =T2Weighted], procedure RectalResection 2020-06-01
                small male 1960-01-01: diagnosis RectalAdenocarcinoma 2020-01-01, observation ClinicalTStage = cT2a 2020-01-10, study 2020-01-12 [MR Pelvis =T2Weighted], radiotherapy LongCourseChemoradiotherapy 2020-02-01..2020-03-10, study 2020-05-05 [MR Pelvis =T2Weighted], procedure RectalResection 2020-06-01
                t1 male 1960-01-01: diagnosis RectalAdenocarcinoma 2020-01-01, observation ClinicalTStage = cT3 2020-01-10, study 2020-01-12 [MR Pelvis =T1Weighted], radiotherapy LongCourseChemoradiotherapy 2020-02-01..2020-03-10, study 2020-05-05 [MR Pelvis =T2Weighted], procedure RectalResection 2020-06-01
                open male 1960-01-01: diagnosis RectalAdenocarcinoma 2020-01-01, observation ClinicalTStage = cT3 2020-01-10, study 2020-01-12 [MR Pelvis =T2Weighted], radiotherapy LongCourseChemoradiotherapy 2020-02-01, study 2020-05-05 [MR Pelvis =T2Weighted], procedure RectalResection 2020-06-01
                """,
            yes: ["a"], unknown: ["open"], measures: [1, 1, 1], tables: [0: ["PathologicalCompleteResponse": 1]]),
        Case(
            file: "q05-glioblastoma",
            data: """
                a male 1960-01-01: diagnosis Glioblastoma 2020-01-01, observation IDHMutationStatus = Negative 2020-01-20, observation MGMTPromoterMethylationStatus = Positive 2020-01-20, study 2020-01-03 [MR Brain =T1Weighted contrast] [MR Brain =FLAIR], procedure ExcisionOfBrain 2020-01-10, radiotherapy Radiotherapy 2020-02-10, medication Temozolomide 2020-02-10, death 2020-11-01
                followed male 1960-01-01: diagnosis Glioblastoma 2020-01-01, observation IDHMutationStatus = Negative 2020-01-20, observation MGMTPromoterMethylationStatus = Negative 2020-01-20, study 2020-01-03 [MR Brain =T1Weighted contrast] [MR Brain =FLAIR], procedure ExcisionOfBrain 2020-01-10, radiotherapy Radiotherapy 2020-02-10, medication Temozolomide 2020-02-10, visit 2021-01-02
                lost male 1960-01-01: diagnosis Glioblastoma 2020-01-01, observation IDHMutationStatus = Negative 2020-01-20, observation MGMTPromoterMethylationStatus = Positive 2020-01-20, study 2020-01-03 [MR Brain =T1Weighted contrast] [MR Brain =FLAIR], procedure ExcisionOfBrain 2020-01-10, radiotherapy Radiotherapy 2020-02-10, medication Temozolomide 2020-02-10, visit 2020-06-01
                two male 1960-01-01: diagnosis Glioblastoma 2020-01-01, observation IDHMutationStatus = Negative 2020-01-20, observation MGMTPromoterMethylationStatus = Positive 2020-01-20, study 2020-01-03 [MR Brain =T1Weighted contrast], study 2020-01-04 [MR Brain =FLAIR plain], procedure ExcisionOfBrain 2020-01-10, radiotherapy Radiotherapy 2020-02-10, medication Temozolomide 2020-02-10, death 2020-11-01
                """,
            yes: ["a", "followed"], measures: [2, 2, 4]),
        Case(
            file: "q06-hepatocellular",
            data: """
                a male 1955-01-01: diagnosis LiverCirrhosis 2018-01-01, diagnosis HepatocellularCarcinoma 2020-01-01, study 2020-01-10 [CT Liver contrast], observation LIRADS = LIRADS5 2020-01-10, observation LesionSize = 31 mm 2020-01-10, procedure TransarterialChemoembolization 2020-02-01, study 2020-05-01 [MR Liver contrast], study 2020-09-01 [CT Liver plain]
                big male 1955-01-01: diagnosis LiverCirrhosis 2018-01-01, diagnosis HepatocellularCarcinoma 2020-01-01, study 2020-01-10 [CT Liver contrast], observation LIRADS = LIRADS5 2020-01-10, observation LesionSize = 51 mm 2020-01-10, procedure TransarterialChemoembolization 2020-02-01, study 2020-05-01 [MR Liver contrast], study 2020-09-01 [CT Liver plain]
                second male 1955-01-01: diagnosis LiverCirrhosis 2018-01-01, diagnosis HepatocellularCarcinoma 2020-01-01, procedure LiverResection 2020-01-05, study 2020-01-10 [CT Liver contrast], observation LIRADS = LIRADS5 2020-01-10, observation LesionSize = 31 mm 2020-01-10, procedure TransarterialChemoembolization 2020-02-01, study 2020-05-01 [MR Liver contrast], study 2020-09-01 [CT Liver plain]
                once male 1955-01-01: diagnosis LiverCirrhosis 2018-01-01, diagnosis HepatocellularCarcinoma 2020-01-01, study 2020-01-10 [CT Liver contrast], observation LIRADS = LIRADS5 2020-01-10, observation LesionSize = 31 mm 2020-01-10, procedure TransarterialChemoembolization 2020-02-01, study 2020-05-01 [MR Liver contrast]
                """,
            yes: ["a"], measures: [1, 1], tables: [0: ["male": 1]]),
        Case(
            file: "q07-neuroblastoma",
            data: """
                a female 2019-01-01: diagnosis Neuroblastoma 2020-06-30, observation INRGStage = INRGStageM 2020-07-01, observation MYCNAmplificationStatus = Positive 2020-07-10, procedure MIBGScan 2020-07-20
                b male 2019-01-01: diagnosis Neuroblastoma 2020-07-01, observation INRGStage = INRGStageM 2020-07-01, observation MYCNAmplificationStatus = Positive 2020-07-10, procedure MIBGScan 2020-06-10
                c male 2015-01-01: diagnosis Neuroblastoma 2020-07-01, observation INRGStage = INRGStageM 2020-07-01, observation MYCNAmplificationStatus = Positive 2020-07-10, procedure MIBGScan 2020-06-10
                ms female 2019-01-01: diagnosis Neuroblastoma 2020-03-30, observation INRGStage = INRGStageMS 2020-07-01, observation MYCNAmplificationStatus = Positive 2020-07-10, procedure MIBGScan 2020-04-01
                far female 2019-01-01: diagnosis Neuroblastoma 2020-03-30, observation INRGStage = INRGStageM 2020-07-01, observation MYCNAmplificationStatus = Positive 2020-07-10, procedure MIBGScan 2020-05-01
                """,
            yes: ["a", "b", "c"], measures: [3], tables: [0: ["female": 1, "male": 2]],
            // In both and early, in both and late: cells are sets of bits, the counted cohort the lowest.
            overlap: [0, 0, 1, 0, 2, 0, 0]),
        Case(
            file: "q08-liver-metastases",
            data: """
                a male 1955-01-01: diagnosis ColorectalCarcinoma 2019-01-01, diagnosis LiverMetastasis 2019-07-01, observation KRASMutationStatus = Positive 2019-02-01, study 2019-08-01 [CT Abdomen contrast ~Portal_venous] [SEG LiverMetastasis]
                early male 1955-01-01: diagnosis ColorectalCarcinoma 2019-01-01, diagnosis LiverMetastasis 2019-06-30, observation KRASMutationStatus = Positive 2019-02-01, study 2019-08-01 [CT Abdomen contrast ~Portal_venous] [SEG LiverMetastasis]
                liver male 1955-01-01: diagnosis ColorectalCarcinoma 2019-01-01, diagnosis LiverMetastasis 2019-07-01, observation KRASMutationStatus = Positive 2019-02-01, study 2019-08-01 [CT Abdomen contrast ~Portal_venous] [SEG Liver]
                wild male 1955-01-01: diagnosis ColorectalCarcinoma 2019-01-01, diagnosis LiverMetastasis 2019-07-01, study 2019-08-01 [CT Abdomen contrast ~Portal_venous] [SEG LiverMetastasis]
                """,
            yes: ["a"], measures: [1, 1, 2], tables: [0: ["Positive": 1]]),
        Case(
            file: "q09-rising-psa",
            data: """
                a male 1950-01-01: procedure Prostatectomy 2019-01-01, observation ProstateSpecificAntigen = 0.2 ng/mL 2019-03-01, observation ProstateSpecificAntigen = 0.3 ug/L 2019-08-01, observation ProstateSpecificAntigen = 400 pg/mL 2020-02-01, study 2020-03-15 [PT ~PSMA_WB]
                slow male 1950-01-01: procedure Prostatectomy 2019-01-01, observation ProstateSpecificAntigen = 0.2 ng/mL 2019-03-01, observation ProstateSpecificAntigen = 0.3 ug/L 2019-08-01, observation ProstateSpecificAntigen = 399 pg/mL 2020-02-01, study 2020-03-15 [PT ~PSMA_WB]
                treated male 1950-01-01: procedure Prostatectomy 2019-01-01, medication Leuprolide 2019-05-01, observation ProstateSpecificAntigen = 0.2 ng/mL 2019-03-01, observation ProstateSpecificAntigen = 0.3 ug/L 2019-08-01, observation ProstateSpecificAntigen = 400 pg/mL 2020-02-01, study 2020-03-15 [PT ~PSMA_WB]
                fdg male 1950-01-01: procedure Prostatectomy 2019-01-01, observation ProstateSpecificAntigen = 0.2 ng/mL 2019-03-01, observation ProstateSpecificAntigen = 0.3 ug/L 2019-08-01, observation ProstateSpecificAntigen = 400 pg/mL 2020-02-01, study 2020-03-15 [PT ~FDG_WB]
                """,
            yes: ["a"], measures: [1], tables: [0: ["60-69": 1]]),
        Case(
            file: "q10-chest-ct",
            data: """
                a male 1950-01-01: diagnosis LungCarcinoma 2019-01-01, diagnosis LiverMetastasis 2020-01-01, study 2019-02-01 [CT Chest], study 2020-02-01 [CT Chest] [CT Abdomen]
                two male 1950-01-01: diagnosis LungCarcinoma 2019-01-01, diagnosis BreastCarcinoma 2019-01-01, study 2019-02-01 [CT Chest]
                none male 1950-01-01: study 2019-02-01 [CT Chest]
                """,
            yes: ["a"], measures: [1, 2, 2], tables: [2: ["2019": 1, "2020": 1]]),
        Case(
            file: "q11-interval-cancers",
            data: """
                a female 1958-01-01: procedure Mammography 2014-01-10, procedure Mammography 2016-01-10, procedure Mammography 2018-01-10, observation BIRADS = BIRADS2 2016-01-10, diagnosis BreastCarcinoma 2019-06-01
                well female 1958-01-01: procedure Mammography 2014-01-10, procedure Mammography 2016-01-10, procedure Mammography 2018-01-10, observation BIRADS = BIRADS1 2016-01-10
                seen female 1958-01-01: procedure Mammography 2014-01-10, procedure Mammography 2016-01-10, procedure Mammography 2018-01-10, observation BIRADS = BIRADS4 2016-01-10, diagnosis BreastCarcinoma 2019-06-01
                old female 1938-01-01: procedure Mammography 2014-01-10, procedure Mammography 2016-01-10, procedure Mammography 2018-01-10, observation BIRADS = BIRADS2 2016-01-10, diagnosis BreastCarcinoma 2019-06-01
                late female 1958-01-01: procedure Mammography 2014-01-10, procedure Mammography 2016-01-10, procedure Mammography 2018-01-10, observation BIRADS = BIRADS2 2016-01-10, diagnosis BreastCarcinoma 2020-02-01
                """,
            yes: ["a"], measures: [1], tables: [0: ["60-64": 1]], overlap: [1, 2, 0]),
        Case(
            file: "q12-missing-data",
            data: """
                a male 1950-01-01: diagnosis PulmonaryNodule 2019-01-01, observation SmokingStatus = FormerSmoker 2019, study 2019 [CT Chest], procedure BiopsyOfLung 2019-02-01, observation TStage = T2a 2019-02-10
                unstaged male 1950-01-01: diagnosis PulmonaryNodule 2019-01-01, observation SmokingStatus = FormerSmoker 2019, study 2019 [CT Chest], observation GenomicPanel = Mutated 2019-02-01
                small male 1950-01-01: diagnosis PulmonaryNodule 2019-01-01, observation SmokingStatus = FormerSmoker 2019, study 2019 [CT Chest], procedure BiopsyOfLung 2019-02-01, observation TStage = T1 2019-02-10
                bare male 1950-01-01: diagnosis PulmonaryNodule 2019-01-01, study 2019 [CT Chest], procedure BiopsyOfLung 2019-02-01, observation TStage = T2 2019-02-10
                """,
            yes: ["a", "unstaged"], measures: [2], tables: [0: ["T2": 1, "unknown": 1]]),
    ]

    @Test func everyQuestionHasPatients() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Spec.root.appendingPathComponent("Questions").path)
            .filter { $0.hasPrefix("q") }
        #expect(Set(names) == Set(Self.cases.map { "\($0.file).cohort" }))
    }

    @Test(arguments: cases) func findsWhoIsMeant(_ example: Case) async throws {
        let file = Spec.root.appendingPathComponent("Questions/\(example.file).cohort")
        let source = SourceText(name: example.file, bytes: Array(try Data(contentsOf: file)))
        let result = QueryCompiler(hyperontology: try Spec.ontology.get()).compile(source)
        let query = try #require(result.query, "\(DiagnosticRenderer().render(result.diagnostics, in: source))")
        let patients = try SpecData.patients(example.data)
        let evaluator = ReferenceEvaluator(query.expanded)
        let expected = evaluator.evaluate(patients)
        #expect(expected.patients == example.yes)
        #expect(patients.filter { evaluator.truth(for: $0) == .unknown }.map(\.id) == example.unknown)
        #expect(expected.measures.map(\.units) == example.measures)
        for (number, rows) in example.tables {
            let strata = query.plan.report.breakdowns[number].strata
            let found = zip(strata, expected.tables[number]).filter { $0.1[0].patients > 0 }.map { name, counts in
                (name.split(separator: "/").last.map(String.init) ?? name, counts[0].patients)
            }
            #expect(Dictionary(found, uniquingKeysWith: +) == rows, "table \(number)")
        }
        #expect(expected.overlap?.cells == example.overlap)
        let answer = try await PlanEngine(sources: [RecordSource(records: patients)]).execute(query.expanded)
        #expect(Agreement.difference(answer, expected) == nil)
    }
}
