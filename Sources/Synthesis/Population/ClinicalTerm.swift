/// The concepts that the synthetic population is recorded in, by their preferred label in the hyperontology.
///
/// Codes are not named here: each writer looks them up.
enum ClinicalTerm: String, CaseIterable, Sendable {
    // Diagnoses
    case invasiveBreastCarcinoma = "Invasive Breast Carcinoma"
    case ductalCarcinomaInSitu = "Ductal Breast Carcinoma In Situ"
    case prostateCarcinoma = "Prostate Carcinoma"
    case nonSmallCellLungCarcinoma = "Non-Small Cell Lung Carcinoma"
    case lungAdenocarcinoma = "Lung Adenocarcinoma"
    case smallCellLungCarcinoma = "Small Cell Lung Carcinoma"
    case colonCarcinoma = "Colon Carcinoma"
    case rectalCarcinoma = "Rectal Carcinoma"
    case boneMetastasis = "Bone Metastasis"
    case liverMetastasis = "Liver Metastasis"

    // Markers, stages and scores
    case estrogenReceptor = "Estrogen Receptor Status"
    case progesteroneReceptor = "Progesterone Receptor Status"
    case her2 = "HER2 Status"
    case ki67 = "Ki-67"
    case prostateSpecificAntigen = "Prostate Specific Antigen"
    case gleasonScore = "Gleason Score"
    case gradeGroup = "ISUP Grade Group"
    case piRads = "PI-RADS"
    case biRads = "BI-RADS"
    case egfr = "EGFR Mutation Status"
    case carcinoembryonicAntigen = "Carcinoembryonic Antigen"
    case stageGroup = "Stage Group"

    // Answers
    case positive = "Positive"
    case negative = "Negative"
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
    case tamoxifen = "Tamoxifen"
    case letrozole = "Letrozole"
    case leuprolide = "Leuprolide"
    case abiraterone = "Abiraterone"
    case osimertinib = "Osimertinib"
    case pembrolizumab = "Pembrolizumab"
    case capecitabine = "Capecitabine"
    case oxaliplatin = "Oxaliplatin"

    // Procedures
    case mastectomy = "Mastectomy"
    case lumpectomy = "Lumpectomy"
    case prostatectomy = "Prostatectomy"
    case lobectomy = "Lobectomy of Lung"
    case colectomy = "Colectomy"
    case biopsy = "Biopsy"
    case radiotherapy = "Radiation Therapy"

    // Images
    case magneticResonance = "Magnetic Resonance"
    case computedTomography = "Computed Tomography"
    case mammography = "Mammography"
    case ultrasound = "Ultrasound"
    case positronEmission = "Positron Emission Tomography"
    case breast = "Breast"
    case prostate = "Prostate"
    case chest = "Chest"
    case abdomen = "Abdomen"
    case pelvis = "Pelvis"
    case liver = "Liver"
    case siemens = "Siemens"
    case generalElectric = "GE"
    case philips = "Philips"
}
