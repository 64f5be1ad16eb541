import CohortPlan
import DICOMFile
import Diagnostics
import Foundation
import Hyperontology
import Testing

@testable import Synthesis

@Suite("The DICOM writer")
struct DICOMWriterTests {
    private func withFiles(
        _ patients: [PatientRecord], instances: Int = 1, _ body: ([String: DICOMFile], WriterReport, URL) throws -> Void
    )
        async throws
    {
        try await Fixture.inFolder { folder in
            let report = try DICOMWriter(hyperontology: Fixture.hyperontology.get(), instancesPerSeries: instances).write(
                patients, to: folder)
            let images = try Fixture.contents(of: folder).filter { $0.key.hasSuffix(".dcm") }.mapValues { try DICOMFile.read([UInt8]($0)) }
            try body(images, report, folder)
        }
    }

    @Test("writes one readable file an image, where its identifiers say")
    func layout() async throws {
        let patients = try Fixture.patients(60)
        try await withFiles(patients, instances: 2) { images, report, _ in
            let series = patients.flatMap(\.events).flatMap(\.series)
            #expect(images.count == 2 * series.count)
            #expect(report.counts["instances"] == images.count && report.counts["series"] == series.count)
            #expect(Set(images.values.compactMap { $0[0x0008_0018] }).count == images.count)
            for (path, image) in images {
                let parts = path.split(separator: "/").map(String.init)
                #expect(parts == [image[0x0010_0020], image[0x0020_000D], image[0x0020_000E], image[0x0020_0013].map { "\($0).dcm" }])
                #expect(image.transferSyntax == DICOMFile.explicitLittleEndian)
                let pixels = try DICOMPixels(image)
                #expect(pixels.values.count == 64 * 64)
                #expect((pixels.values.max() ?? 0) > 3 * (pixels.values.min() ?? 0))
            }
        }
    }

    @Test("says of each series what the record says")
    func headers() async throws {
        let patients = try Fixture.patients(300)
        let coder = ConceptCoder(try Fixture.hyperontology.get())
        try await withFiles(patients) { images, report, _ in
            #expect(report.omissions.isEmpty)
            #expect(report.unmapped.isEmpty && report.substitutions.isEmpty)
            for patient in patients {
                for study in patient.events(.imagingStudy) {
                    for series in study.series {
                        let image = try #require(images["\(patient.id)/\(study.key)/\(series.uid)/1.dcm"])
                        #expect(image[0x0008_0020] == study.start?.earliest.description.filter { $0 != "-" })
                        #expect(image[0x0010_0040] == (patient.sex == .female ? "F" : patient.sex == .male ? "M" : ""))
                        // To the day, or the year alone: what is not known is not made up.
                        let birth = patient.birthDate.map { date in
                            String(date.earliest.description.filter { $0 != "-" }.prefix(date.isExact ? 8 : 4))
                        }
                        #expect(image[0x0010_0030] == (birth ?? ""))
                        try compare(series, image, coder)
                    }
                }
            }
        }
    }

    private func compare(_ series: RecordedSeries, _ image: DICOMFile, _ coder: ConceptCoder) throws {
        func meaning(_ text: String?, _ property: String, _ system: String) throws {
            let recorded: ConceptIRI? = if case .coded(let concept) = series.values[ConceptIRI(property)] { concept } else { nil }
            let codes = recorded.map { coder.exactCodes(for: $0, in: system) }
            #expect(codes?.contains((text ?? "").uppercased()) ?? (text ?? "").isEmpty)
        }
        try meaning(image[0x0008_0060], CoreVocabulary.modality, "dicom-modality")
        try meaning(image[0x0018_0015], CoreVocabulary.bodyPart, "dicom-body-part")
        try meaning(image[0x0008_0070], CoreVocabulary.manufacturer, "dicom-manufacturer")
        let contrast = image[0x0018_0010].map { SeriesValue.flag(!$0.isEmpty) }
        #expect(contrast == series.values[ConceptIRI(CoreVocabulary.contrast)])
        func number(_ text: String?, _ unit: String) -> SeriesValue? {
            text.flatMap { ExactDecimal($0) }.map { .quantity(Quantity($0, unit)) }
        }
        #expect(number(image[0x0018_0050], "mm") == series.values[ConceptIRI(CoreVocabulary.sliceThickness)])
        #expect(number(image[0x0018_0087], "T") == series.values[ConceptIRI(CoreVocabulary.fieldStrength)])
    }

    @Test("has the gaps and spellings of real archives")
    func dirt() async throws {
        try await withFiles(Fixture.patients(500)) { images, _, _ in
            let parts = images.values.map { $0[0x0018_0015] }
            #expect(parts.contains(nil) && parts.contains(""))
            #expect(parts.contains { $0 == "breast" } && parts.contains { $0 == "BREAST" })
            #expect(images.values.contains { $0[0x0018_0010] == "" })
            #expect(Set(images.values.compactMap { $0[0x0008_0070] }).count > 4)
            let classes = Set(images.values.compactMap { $0[0x0008_0016] })
            #expect(classes.count == 5 && !classes.contains("1.2.840.10008.5.1.4.1.1.7"))
        }
    }

    @Test("paints a disc that stands out and differs from series to series")
    func pixels() {
        let levels = Set((0..<50).map { PixelPattern(seed: $0, instance: 1).level })
        #expect(levels.count > 40)
        let pattern = PixelPattern(seed: 11, instance: 1)
        let bytes = pattern.words()
        func pixel(_ row: Int, _ column: Int) -> Int { Int(bytes[(row * 64 + column) * 2]) | Int(bytes[(row * 64 + column) * 2 + 1]) << 8 }
        #expect(pixel(32, 32) >= pattern.level && pixel(32, 32) < pattern.level + 64)
        #expect(pixel(0, 0) < pattern.level / 10 + 64)
        #expect(bytes == PixelPattern(seed: 11, instance: 1).words())
    }

    @Test("refuses identifiers that would leave the folder", arguments: ["..", "a/b", "", ".hidden", "a\\b"])
    func paths(_ id: String) async throws {
        let series = RecordedSeries(uid: "1.2", values: [:])
        let study = RecordedEvent(key: "1", kind: .imagingStudy, start: nil, series: [series])
        let patient = PatientRecord(id: id, sex: nil, birthDate: nil, events: [study])
        let error = await #expect(throws: Diagnostic.self) { try await withFiles([patient]) { _, _, _ in } }
        #expect(error?.code == "U0309")
    }

    @Test("is readable for DCMTK", .enabled(if: DCMTK.isInstalled, "skipped: dcmdump is not installed"))
    func dcmtk() async throws {
        try await withFiles(Fixture.patients(12)) { images, _, folder in
            let paths = images.keys.sorted().map { folder.appending(path: $0).path }
            let (status, output) = try DCMTK.dump(paths)
            #expect(status == 0)
            #expect(!output.contains("E: ") && !output.contains("W: "), "\(output.prefix(300))")
            #expect(output.components(separatedBy: "SOPInstanceUID").count > paths.count)
        }
    }
}

extension DICOMFile {
    /// The text of an attribute, by group and element.
    fileprivate subscript(tag: UInt32) -> String? { dataSet.string(DICOMTag(tag)) }
}

/// The DCMTK program that prints files.
private enum DCMTK {
    private static let program = "/usr/bin/dcmdump"
    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }

    static func dump(_ paths: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = paths
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}
