/// What differs between the kinds of acquisition that the writer knows.
struct DICOMModality {
    /// The code of (0008,0060).
    let code: String
    /// The SOP class (PS3.4, B.5).
    let sopClass: String
    let imageType: String
    /// Ultrasound images have 8 bits (PS3.3, C.8.5.6), the others 12 of 16.
    var bitsStored: Int { code == "US" ? 8 : 12 }
    /// The attributes that the modality's image module demands beyond the common ones.
    let required: [(tag: UInt32, representation: String, value: String)]

    /// - Returns: Secondary Capture for a code that is not known here.
    init(code: String) {
        self.code = code
        switch code {
        case "MR":
            sopClass = "1.2.840.10008.5.1.4.1.1.4"
            imageType = "ORIGINAL\\PRIMARY\\OTHER"
            // PS3.3, C.8.3.1.
            required = [
                (0x0018_0020, "CS", "SE"), (0x0018_0021, "CS", "NONE"), (0x0018_0022, "CS", ""), (0x0018_0023, "CS", "2D"),
                (0x0018_0080, "DS", "500"), (0x0018_0081, "DS", "12"), (0x0018_0091, "IS", "1"),
            ]
        case "CT":
            sopClass = "1.2.840.10008.5.1.4.1.1.2"
            imageType = "ORIGINAL\\PRIMARY\\AXIAL"
            // PS3.3, C.8.2.1.
            required = [(0x0018_0060, "DS", "120"), (0x0020_0012, "IS", "1"), (0x0028_1052, "DS", "-1024"), (0x0028_1053, "DS", "1")]
        case "PT":
            sopClass = "1.2.840.10008.5.1.4.1.1.128"
            imageType = "ORIGINAL\\PRIMARY"
            // PS3.3, C.8.9.1 and C.8.9.4.
            required = [
                (0x0054_1001, "CS", "BQML"), (0x0054_1002, "CS", "EMISSION"), (0x0054_1000, "CS", "WHOLE BODY\\IMAGE"),
                (0x0054_1102, "CS", "START"), (0x0028_1052, "DS", "0"), (0x0028_1053, "DS", "1"), (0x0018_1242, "IS", "120000"),
                (0x0028_0051, "CS", "NORM\\DTIM\\ATTN\\DECY"),
            ]
        case "MG":
            sopClass = "1.2.840.10008.5.1.4.1.1.1.2"
            imageType = "ORIGINAL\\PRIMARY"
            // PS3.3, C.8.11.3, C.8.11.7.
            required = [
                (0x0008_0068, "CS", "FOR PRESENTATION"), (0x0018_1508, "CS", "MAMMOGRAPHIC"), (0x0018_5101, "CS", "CC"),
                (0x0020_0062, "CS", "L"), (0x0028_1040, "CS", "LOG"), (0x2050_0020, "CS", "IDENTITY"), (0x0028_0301, "CS", "NO"),
                (0x0028_2110, "CS", "00"),
            ]
        case "US":
            sopClass = "1.2.840.10008.5.1.4.1.1.6.1"
            imageType = "ORIGINAL\\PRIMARY"
            required = []
        default:
            sopClass = "1.2.840.10008.5.1.4.1.1.7"
            imageType = "DERIVED\\SECONDARY"
            required = [(0x0008_0064, "CS", "WSD")]
        }
    }

    /// Whether images lie in the patient's space (PS3.3, C.7.6.2).
    var hasPlane: Bool { ["MR", "CT", "PT"].contains(code) }
}
