import CohortPlan
import Hyperontology

/// What series an examination consists of, as scanners are commonly programmed.
struct ImagingProtocols {
    let terms: ClinicalTerms

    /// One series of a protocol.
    private struct Acquisition {
        let modality: ClinicalTerm
        /// Millimetres, as the scanner writes it; nil where an image has no thickness.
        var thickness: String?
        /// Nil where the modality knows no contrast agent or nobody wrote it down.
        var contrast: Bool?
    }

    // MARK: Breast

    func mammogram(_ random: inout SeededGenerator) -> [RecordedSeries] {
        study([Acquisition(modality: .mammography)], of: .breast, &random)
    }

    func breastUltrasound(_ random: inout SeededGenerator) -> [RecordedSeries] {
        study([Acquisition(modality: .ultrasound)], of: .breast, &random)
    }

    /// T1, T2, DWI and the dynamic series with contrast; some sites leave out the diffusion.
    func breastMagneticResonance(_ random: inout SeededGenerator) -> [RecordedSeries] {
        var series = [
            Acquisition(modality: .magneticResonance, thickness: pick(["1.5", "2", "3"], &random), contrast: false),
            Acquisition(modality: .magneticResonance, thickness: pick(["2.5", "3", "4"], &random), contrast: false),
        ]
        if random.chance(0.8) {
            series.append(Acquisition(modality: .magneticResonance, thickness: pick(["3", "4", "5"], &random), contrast: false))
        }
        if random.chance(0.95) {
            series.append(
                Acquisition(modality: .magneticResonance, thickness: pick(["0.9", "1", "1.2", "1.5", "2", "2.4"], &random), contrast: true))
        }
        return study(series, of: .breast, &random)
    }

    // MARK: Prostate and pelvis

    /// T2, DWI and, in multiparametric studies, the dynamic series.
    func prostateMagneticResonance(_ random: inout SeededGenerator) -> [RecordedSeries] {
        var series = [
            Acquisition(modality: .magneticResonance, thickness: pick(["3", "3.5"], &random), contrast: false),
            Acquisition(modality: .magneticResonance, thickness: pick(["3", "4"], &random), contrast: false),
        ]
        if random.chance(0.65) {
            series.append(Acquisition(modality: .magneticResonance, thickness: pick(["1.5", "3"], &random), contrast: true))
        }
        return study(series, of: random.chance(0.88) ? .prostate : .pelvis, &random)
    }

    func prostateUltrasound(_ random: inout SeededGenerator) -> [RecordedSeries] {
        study([Acquisition(modality: .ultrasound)], of: .prostate, &random)
    }

    func pelvicMagneticResonance(_ random: inout SeededGenerator) -> [RecordedSeries] {
        let series = ["3", "3", "4"].map { Acquisition(modality: .magneticResonance, thickness: $0, contrast: false) }
        return study(series, of: .pelvis, &random)
    }

    // MARK: Chest, abdomen and the whole body

    func chestTomography(_ random: inout SeededGenerator, contrast: Bool) -> [RecordedSeries] {
        let thin = Acquisition(modality: .computedTomography, thickness: pick(["0.75", "1", "1.25", "1.5"], &random), contrast: contrast)
        let thick = Acquisition(modality: .computedTomography, thickness: pick(["3", "5"], &random), contrast: contrast)
        return study(random.chance(0.5) ? [thin, thick] : [thin], of: .chest, &random)
    }

    /// CT of the trunk with contrast, for metastases.
    func staging(_ random: inout SeededGenerator) -> [RecordedSeries] {
        let series = Acquisition(modality: .computedTomography, thickness: pick(["2", "3", "5"], &random), contrast: random.chance(0.9))
        return study([series], of: random.chance(0.5) ? .abdomen : .chest, &random)
    }

    func liverMagneticResonance(_ random: inout SeededGenerator) -> [RecordedSeries] {
        let native = Acquisition(modality: .magneticResonance, thickness: "5", contrast: false)
        let enhanced = Acquisition(modality: .magneticResonance, thickness: pick(["2.5", "3"], &random), contrast: true)
        return study([native, enhanced], of: random.chance(0.7) ? .liver : .abdomen, &random)
    }

    /// PET with the CT that belongs to it.
    func positronEmission(_ random: inout SeededGenerator) -> [RecordedSeries] {
        let emission = Acquisition(modality: .positronEmission, thickness: pick(["3", "4", "5"], &random))
        let anatomy = Acquisition(modality: .computedTomography, thickness: pick(["3", "5"], &random), contrast: random.chance(0.3))
        return study([emission, anatomy], of: .chest, &random)
    }

    // MARK: What is recorded of it

    /// One examination on one device. In about three of a hundred nobody entered the body part, and here and there another attribute.
    private func study(_ acquisitions: [Acquisition], of part: ClinicalTerm, _ random: inout SeededGenerator) -> [RecordedSeries] {
        let isPartMissing = random.chance(0.03)
        let manufacturer: ClinicalTerm? =
            random.choose([(.siemens, 0.42), (.generalElectric, 0.3), (.philips, 0.2), (.canon, 0.06), (nil, 0.02)]) ?? nil
        let field = random.choose([("1.5", 0.52), ("3", 0.45), (nil, 0.03)]) ?? nil
        return acquisitions.map { acquisition in
            var values: [ConceptIRI: SeriesValue] = [:]
            func set(_ property: String, _ value: SeriesValue?) { values[ConceptIRI(property)] = value }
            set(CoreVocabulary.modality, .coded(terms[acquisition.modality]))
            set(CoreVocabulary.bodyPart, isPartMissing ? nil : .coded(terms[part]))
            set(CoreVocabulary.manufacturer, manufacturer.map { .coded(terms[$0]) })
            set(CoreVocabulary.contrast, random.chance(0.05) ? nil : acquisition.contrast.map { .flag($0) })
            set(CoreVocabulary.sliceThickness, random.chance(0.02) ? nil : quantity(acquisition.thickness, "mm"))
            if acquisition.modality == .magneticResonance { set(CoreVocabulary.fieldStrength, quantity(field, "T")) }
            return RecordedSeries(uid: random.uid(), values: values)
        }
    }

    private func quantity(_ digits: String?, _ unit: String) -> SeriesValue? {
        digits.flatMap { ExactDecimal($0) }.map { .quantity(Quantity($0, unit)) }
    }

    private func pick(_ digits: [String], _ random: inout SeededGenerator) -> String? { random.pick(digits) }
}
