import CohortPlan
import DICOMFile
import Foundation
import Hyperontology

/// Puts the headers of synthetic images together from what is recorded.
///
/// An attribute that PS3.3 demands but that is not recorded is present and empty, as sites write it; where a file can tell
/// "no" from "not recorded" (contrast), it does.
struct DICOMHeader {
    private var coder: ConceptCoder
    var report = WriterReport(model: "dicom")

    init(_ hyperontology: Hyperontology) { coder = ConceptCoder(hyperontology) }

    mutating func finish() -> WriterReport {
        coder.describe(in: &report)
        return report
    }

    // MARK: Patient and study

    /// The attributes that all images of a study share.
    mutating func study(_ event: RecordedEvent, of patient: PatientRecord, number: Int) -> DICOMDataSet {
        var header = DICOMDataSet()
        // All text is UTF-8 (PS3.3, C.12.1.1.2).
        header.set(0x0008_0005, "CS", "ISO_IR 192")
        // Patient module, PS3.3, C.7.1.1.
        header.set(0x0010_0010, "PN", "Synthetic^\(patient.id)")
        header.set(0x0010_0020, "LO", patient.id)
        header.set(0x0010_0030, "DA", date(patient.birthDate, "birth dates that are no day, month or year"))
        header.set(0x0010_0040, "CS", sex(patient.sex))
        // General Study module, PS3.3, C.7.2.1.
        var random = SeededGenerator(text: event.key)
        header.set(0x0020_000D, "UI", event.key)
        header.set(0x0008_0020, "DA", date(event.start, "dates of studies that are no day, month or year"))
        header.set(0x0008_0030, "TM", Self.time(random.whole(8 * 3_600...17 * 3_600)))
        header.set(0x0008_0050, "SH", "\(patient.id).\(number)")
        header.set(0x0008_0090, "PN", "")
        header.set(0x0020_0010, "SH", String(number))
        // Frame of Reference module, PS3.3, C.7.4.1.
        header.set(0x0020_0052, "UI", random.uid())
        header.set(0x0020_1040, "LO", "")
        return header
    }

    private func sex(_ sex: Sex?) -> String {
        switch sex {
        case .female: "F"
        case .male: "M"
        case .other: "O"
        case nil: ""
        }
    }

    /// A year or a month alone is written as such, `1960` or `196006`: DICOM has no form for it, but that is how archives hold what came with
    /// HL7 version 2 (DTM), and a day that nobody knows would be a lie.
    private mutating func date(_ range: DateRange?, _ what: String) -> String {
        guard let range else { return "" }
        let digits = range.earliest.description.filter { $0 != "-" }
        for length in [8, 6, 4] {
            let text = String(digits.prefix(length))
            let day = [text.prefix(4), text.dropFirst(4).prefix(2), text.dropFirst(6)].filter { !$0.isEmpty }.joined(separator: "-")
            if DateRange(partial: day) == range { return text }
        }
        report.omit(what)
        return ""
    }

    private static func time(_ seconds: Int) -> String {
        [seconds / 3_600, seconds / 60 % 60, seconds % 60].map { ($0 < 10 ? "0" : "") + String($0) }.joined()
    }

    // MARK: Series

    /// The attributes that all images of a series share, on top of those of its study.
    mutating func series(_ series: RecordedSeries, number: Int, in study: DICOMDataSet, device: String) -> (
        DICOMDataSet, DICOMModality
    ) {
        var header = study
        let modality = DICOMModality(code: coded(series, CoreVocabulary.modality, "dicom-modality") ?? "")
        let contrast: Bool? = if case .flag(let flag) = series.values[ConceptIRI(CoreVocabulary.contrast)] { flag } else { nil }
        // General Series module, PS3.3, C.7.3.1.
        header.set(0x0008_0060, "CS", modality.code.isEmpty ? nil : modality.code)
        header.set(0x0020_000E, "UI", series.uid)
        header.set(0x0020_0011, "IS", String(number))
        header.set(0x0018_0015, "CS", bodyPart(series))
        header.set(0x0008_103E, "LO", Self.description(modality.code, contrast, number))
        if modality.hasPlane { header.set(0x0018_5100, "CS", "HFS") }
        // General Equipment module, PS3.3, C.7.5.1.
        header.set(0x0008_0070, "LO", manufacturer(series, device: device))
        header.set(0x0018_1020, "LO", "cohortium synth")
        // Contrast/Bolus module, PS3.3, C.7.6.4: named when given, empty when not, absent when nobody knows.
        header.set(0x0018_0010, "LO", contrast.map { $0 ? (modality.code == "MR" ? "Gadobutrol" : "Iomeprol") : "" })
        if modality.hasPlane { header.set(0x0018_0050, "DS", quantity(series, CoreVocabulary.sliceThickness, "mm") ?? "") }
        header.set(0x0018_0087, "DS", quantity(series, CoreVocabulary.fieldStrength, "T"))
        for attribute in modality.required { header.set(attribute.tag, attribute.representation, attribute.value) }
        return (header, modality)
    }

    private mutating func coded(_ series: RecordedSeries, _ property: String, _ system: CodeSystem) -> String? {
        guard case .coded(let concept) = series.values[ConceptIRI(property)] else { return nil }
        return coder.chosen(for: concept, in: [system])?.code
    }

    /// Mostly as the standard writes it; now and then another site's word for it or lower case. Where it is not recorded the
    /// attribute is empty in half of the series and absent in the others.
    private mutating func bodyPart(_ series: RecordedSeries) -> String? {
        var random = SeededGenerator(text: series.uid)
        guard case .coded(let part) = series.values[ConceptIRI(CoreVocabulary.bodyPart)],
            let text = spelling(of: part, in: "dicom-body-part")
        else {
            return random.chance(0.5) ? "" : nil
        }
        if random.chance(0.04) { return text.lowercased() }
        let others = coder.exactCodes(for: part, in: "dicom-body-part")
        return random.chance(0.04) ? random.pick(others) ?? text : text
    }

    /// One device writes its maker's name in one way; absent in half of the series where it is not recorded.
    private mutating func manufacturer(_ series: RecordedSeries, device: String) -> String? {
        var random = SeededGenerator(text: device)
        guard case .coded(let maker) = series.values[ConceptIRI(CoreVocabulary.manufacturer)],
            let name = spelling(of: maker, in: "dicom-manufacturer")
        else { return random.chance(0.5) ? "" : nil }
        let longer = coder.exactCodes(for: maker, in: "dicom-manufacturer").filter {
            ["\(name) HEALTHCARE", "\(name) MEDICAL SYSTEMS"].contains($0)
        }
        return random.chance(0.5) ? random.pick(longer) ?? name : name
    }

    /// The concept's own name where that is one of its texts, else the first of them.
    private mutating func spelling(of concept: ConceptIRI, in system: CodeSystem) -> String? {
        let name = coder.label(of: concept).uppercased()
        return coder.exactCodes(for: concept, in: system).contains(name) ? name : coder.chosen(for: concept, in: [system])?.code
    }

    /// A number in the unit that the attribute is defined in.
    private mutating func quantity(_ series: RecordedSeries, _ property: String, _ unit: String) -> String? {
        guard case .quantity(let quantity) = series.values[ConceptIRI(property)] else { return nil }
        if quantity.unit == unit { return quantity.value.description }
        guard let recorded = quantity.unit.flatMap({ UCUMUnit($0) }), let wanted = UCUMUnit(unit),
            let number = recorded.converted(quantity.value.value, to: wanted)
        else {
            report.omit("numbers in a unit that DICOM does not have there")
            return nil
        }
        return String("\(number)".prefix(16))
    }

    private static func description(_ modality: String, _ contrast: Bool?, _ number: Int) -> String {
        switch (modality, contrast) {
        case ("MR", true?): "T1 dynamic contrast enhanced"
        case ("MR", _): ["T2 TSE", "DWI", "T1 FLASH"][number % 3]
        case ("CT", true?): "Portal venous"
        case ("CT", _): "Native"
        case ("PT", _): "PET attenuation corrected"
        case ("MG", _): "L CC"
        default: "Images"
        }
    }

    // MARK: Instance

    /// A whole image.
    func instance(_ number: Int, of series: RecordedSeries, in header: DICOMDataSet, _ modality: DICOMModality) -> DICOMDataSet {
        var image = header
        var source = SeededGenerator(text: series.uid)
        let seed = source.next()
        var random = SeededGenerator(seed: seed, stream: UInt64(number))
        // SOP Common and General Image modules, PS3.3, C.12.1 and C.7.6.1.
        image.set(0x0008_0016, "UI", modality.sopClass)
        image.set(0x0008_0018, "UI", random.uid())
        image.set(0x0008_0008, "CS", modality.imageType)
        image.set(0x0020_0013, "IS", String(number))
        if modality.hasPlane {
            // Image Plane module, PS3.3, C.7.6.2.
            image.set(0x0020_0032, "DS", "-64\\-64\\\(5 * number)")
            image.set(0x0020_0037, "DS", "1\\0\\0\\0\\1\\0")
            image.set(0x0028_0030, "DS", "2\\2")
        }
        // Image Pixel module, PS3.3, C.7.6.3.
        let pattern = PixelPattern(seed: seed, instance: number)
        let isNarrow = modality.bitsStored == 8
        image.set(0x0028_0002, short: 1)
        image.set(0x0028_0004, "CS", "MONOCHROME2")
        image.set(0x0028_0010, short: PixelPattern.side)
        image.set(0x0028_0011, short: PixelPattern.side)
        image.set(0x0028_0100, short: isNarrow ? 8 : 16)
        image.set(0x0028_0101, short: modality.bitsStored)
        image.set(0x0028_0102, short: modality.bitsStored - 1)
        image.set(0x0028_0103, short: 0)
        image.set(.pixelData, isNarrow ? "OB" : "OW", bytes: isNarrow ? pattern.bytes() : pattern.words())
        return image
    }
}
