/// The concepts that the synthetic population is recorded in, by their preferred label in the hyperontology.
///
/// Codes are not named here: each writer looks them up.
enum ClinicalTerm: String, CaseIterable, Sendable {
    // Diagnoses
    case malignantNeoplasm = "Malignant Neoplasm"
    case invasiveBreastCarcinoma = "Invasive Breast Carcinoma"
    case invasiveDuctalBreastCarcinoma = "Invasive Ductal Breast Carcinoma"
    case invasiveLobularBreastCarcinoma = "Invasive Lobular Breast Carcinoma"
    case ductalCarcinomaInSitu = "Ductal Carcinoma In Situ"
    case prostateCarcinoma = "Prostate Carcinoma"
    case prostateAdenocarcinoma = "Prostate Adenocarcinoma"
    case nonSmallCellLungCarcinoma = "Non-Small Cell Lung Carcinoma"
    case lungAdenocarcinoma = "Lung Adenocarcinoma"
    case lungSquamousCellCarcinoma = "Lung Squamous Cell Carcinoma"
    case smallCellLungCarcinoma = "Small Cell Lung Carcinoma"
    case colonCarcinoma = "Colon Carcinoma"
    case rectalCarcinoma = "Rectal Carcinoma"
    case boneMetastasis = "Bone Metastasis"
    case liverMetastasis = "Liver Metastasis"
    case lungMetastasis = "Lung Metastasis"

    // Markers, stages and scores
    case estrogenReceptor = "Estrogen Receptor Status"
    case progesteroneReceptor = "Progesterone Receptor Status"
    case her2 = "HER2 Status"
    case ki67 = "Ki-67"
    case tumorSize = "Tumor Size"
    case prostateSpecificAntigen = "Prostate Specific Antigen"
    case gleasonScore = "Gleason Score"
    case gradeGroup = "ISUP Grade Group"
    case piRads = "PI-RADS"
    case biRads = "BI-RADS"
    case egfr = "EGFR Mutation Status"
    case proportionScore = "PD-L1 Tumor Proportion Score"
    case carcinoembryonicAntigen = "Carcinoembryonic Antigen"
    case microsatelliteInstability = "Microsatellite Instability Status"
    case stageGroup = "Stage Group"

    // Answers
    case positive = "Positive"
    case negative = "Negative"
    case equivocal = "Equivocal"
    case microsatelliteStable = "Microsatellite Stable"
    case microsatelliteInstabilityHigh = "Microsatellite Instability-High"
    case stageI = "Stage I"
    case stageII = "Stage II"
    case stageIII = "Stage III"
    case stageIV = "Stage IV"

    // Drugs
    case doxorubicin = "Doxorubicin"
    case cyclophosphamide = "Cyclophosphamide"
    case paclitaxel = "Paclitaxel"
    case docetaxel = "Docetaxel"
    case carboplatin = "Carboplatin"
    case cisplatin = "Cisplatin"
    case pemetrexed = "Pemetrexed"
    case etoposide = "Etoposide"
    case trastuzumab = "Trastuzumab"
    case pertuzumab = "Pertuzumab"
    case tamoxifen = "Tamoxifen"
    case letrozole = "Letrozole"
    case anastrozole = "Anastrozole"
    case leuprolide = "Leuprolide"
    case goserelin = "Goserelin"
    case bicalutamide = "Bicalutamide"
    case abiraterone = "Abiraterone"
    case osimertinib = "Osimertinib"
    case gefitinib = "Gefitinib"
    case pembrolizumab = "Pembrolizumab"
    case capecitabine = "Capecitabine"
    case oxaliplatin = "Oxaliplatin"

    // Procedures
    case mastectomy = "Mastectomy"
    case lumpectomy = "Lumpectomy"
    case sentinelLymphNodeBiopsy = "Sentinel Lymph Node Biopsy"
    case radicalProstatectomy = "Radical Prostatectomy"
    case lobectomy = "Lung Lobectomy"
    case wedgeResection = "Lung Wedge Resection"
    case colectomy = "Colectomy"
    case rectalResection = "Rectal Resection"
    case colonoscopy = "Colonoscopy"
    case breastBiopsy = "Biopsy of Breast"
    case prostateBiopsy = "Biopsy of Prostate"
    case lungBiopsy = "Biopsy of Lung"
    case colonBiopsy = "Biopsy of Colon"

    // Radiotherapy
    case radiotherapy = "Radiotherapy"
    case externalBeam = "External Beam Radiotherapy"
    case intensityModulated = "Intensity-Modulated Radiotherapy"
    case hypofractionated = "Hypofractionated Radiotherapy"

    // Modalities
    case magneticResonance = "Magnetic Resonance"
    case computedTomography = "Computed Tomography"
    case mammography = "Mammography"
    case ultrasound = "Ultrasound"
    case positronEmission = "Positron Emission Tomography"

    // Body parts
    case breast = "Breast"
    case prostate = "Prostate"
    case chest = "Chest"
    case abdomen = "Abdomen"
    case pelvis = "Pelvis"
    case liver = "Liver"

    // Manufacturers
    case siemens = "Siemens"
    case generalElectric = "GE"
    case philips = "Philips"
    case canon = "Canon"

    /// The class of the core that the concept must be usable for: several concepts may share a name.
    var use: String {
        switch self {
        case .malignantNeoplasm, .invasiveBreastCarcinoma, .invasiveDuctalBreastCarcinoma, .invasiveLobularBreastCarcinoma,
            .ductalCarcinomaInSitu, .prostateCarcinoma, .prostateAdenocarcinoma, .nonSmallCellLungCarcinoma, .lungAdenocarcinoma,
            .lungSquamousCellCarcinoma, .smallCellLungCarcinoma, .colonCarcinoma, .rectalCarcinoma, .boneMetastasis, .liverMetastasis,
            .lungMetastasis:
            "Diagnosis"
        case .estrogenReceptor, .progesteroneReceptor, .her2, .ki67, .tumorSize, .prostateSpecificAntigen, .gleasonScore, .gradeGroup,
            .piRads, .biRads, .egfr, .proportionScore, .carcinoembryonicAntigen, .microsatelliteInstability, .stageGroup:
            "Observation"
        case .positive, .negative, .equivocal, .microsatelliteStable, .microsatelliteInstabilityHigh, .stageI, .stageII, .stageIII,
            .stageIV:
            "Value"
        case .doxorubicin, .cyclophosphamide, .paclitaxel, .docetaxel, .carboplatin, .cisplatin, .pemetrexed, .etoposide, .trastuzumab,
            .pertuzumab, .tamoxifen, .letrozole, .anastrozole, .leuprolide, .goserelin, .bicalutamide, .abiraterone, .osimertinib,
            .gefitinib, .pembrolizumab, .capecitabine, .oxaliplatin:
            "Medication"
        case .mastectomy, .lumpectomy, .sentinelLymphNodeBiopsy, .radicalProstatectomy, .lobectomy, .wedgeResection, .colectomy,
            .rectalResection, .colonoscopy, .breastBiopsy, .prostateBiopsy, .lungBiopsy, .colonBiopsy:
            "Procedure"
        case .radiotherapy, .externalBeam, .intensityModulated, .hypofractionated: "Radiotherapy"
        case .magneticResonance, .computedTomography, .mammography, .ultrasound, .positronEmission: "ModalityValue"
        case .breast, .prostate, .chest, .abdomen, .pelvis, .liver: "BodyPartValue"
        case .siemens, .generalElectric, .philips, .canon: "ManufacturerValue"
        }
    }
}
