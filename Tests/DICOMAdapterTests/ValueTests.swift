import CohortPlan
import HTTPClient
import Testing

@testable import DICOMAdapter

/// The forms that values have in DICOM, and the answers of DICOMweb.
@Suite struct ValueTests {
    @Test(arguments: [
        ("20210126", "2021-01-26"), ("2021.01.26", "2021-01-26"), ("20200229", "2020-02-29"), ("20210229", nil), ("202", nil),
        ("20211301", nil), ("2021-01-26", nil), ("", nil), ("2021012a", nil), ("+2210126", nil), ("00000000", nil), ("0000", nil),
        ("20210026", nil), ("202113", nil),
    ])
    func datesAreReadAsPS35Says(_ text: String, _ day: String?) {
        #expect(DateRange(dicom: text)?.earliest.description == day)
        #expect(DateRange(dicom: text)?.isExact ?? true)
    }

    @Test(arguments: [
        ("1960", "1960-01-01", "1960-12-31"), ("196002", "1960-02-01", "1960-02-29"), ("19600000", "1960-01-01", "1960-12-31"),
        ("19600200", "1960-02-01", "1960-02-29"), ("1960.02.00", "1960-02-01", "1960-02-29"),
    ])
    func partialDatesAreWhatTheySay(_ text: String, _ first: String, _ last: String) {
        #expect(DateRange(dicom: text)?.earliest.description == first)
        #expect(DateRange(dicom: text)?.latest.description == last)
    }

    @Test func datesThatAgreeNarrowEachOther() throws {
        let (year, month, day, other) = (
            try #require(DateRange(dicom: "1960")), try #require(DateRange(dicom: "196006")), try #require(DateRange(dicom: "19600615")),
            try #require(DateRange(dicom: "19610615"))
        )
        #expect(DateRange.intersection([year, month, day]) == day)
        #expect(DateRange.intersection([month, year]) == month)
        #expect(DateRange.intersection([year, other]) == nil)
        #expect(DateRange.intersection([]) == nil)
    }

    @Test(arguments: [("00180050", false), ("00191050", true), ("7FE10010", true), ("00620002/0062000F[SCT]", false)])
    func privateGroupsAreOdd(_ tag: String, _ isOdd: Bool) { #expect(isPrivate(tag: tag) == isOdd) }

    @Test(arguments: [
        ("240", "240"), ("240.0000", "240"), ("1.5", "1.5"), ("-.5", nil), ("15e-1", "1.5"), ("1.5E2", "150"), ("2.", "2"), ("1e99", nil),
        ("1,5", nil), ("", nil), ("+3", "3"), ("NaN", nil),
    ])
    func decimalStringsAreNumbers(_ text: String, _ number: String?) {
        #expect(ExactDecimal(dicom: text) == number.flatMap { ExactDecimal($0) })
    }

    @Test func anAnswerTellsAbsentEmptyAndFilledIn() throws {
        let json = """
            [{"00180010": {"vr": "LO"}, "00180015": {"vr": "CS", "Value": [" BREAST "]}, "00180050": {"vr": "DS", "Value": [1.50]},
              "00100010": {"vr": "PN", "Value": [{"Alphabetic": "A^B"}]}, "00080060": {"vr": "CS", "Value": [null, "MR"]},
              "00400275": {"vr": "SQ", "Value": [{"00400007": {"vr": "LO"}}]}, "00200011": {"vr": "IS", "Value": []}}]
            """
        let tags = ["00180010", "00180015", "00180050", "00100010", "00080060", "00400275", "00200011", "00080070"]
        let object = try #require(try DICOMJSONObject.read(Array(json.utf8), tags: tags).first)
        #expect(object["00180010"] == .empty)
        #expect(object["00180015"] == .values(["BREAST"]))
        #expect(object["00180050"] == .values(["1.5"]))
        #expect(object["00100010"] == .values(["A^B"]))
        #expect(object["00080060"] == .values(["MR"]))
        #expect(object["00400275"] == .empty)
        #expect(object["00200011"] == .empty)
        #expect(object["00080070"] == .absent)
        #expect(try DICOMJSONObject.read([], tags: tags).isEmpty)
        for broken in ["{}", "[1]", "<html>", "[{\"00180010\": 3}]", "[{"] {
            #expect(throws: (any Error).self) { try DICOMJSONObject.read(Array(broken.utf8), tags: tags) }
        }
    }

    private func answer(_ body: [UInt8], type: String = "multipart/related; type=\"application/dicom\"; boundary=\"b-1\"") -> HTTPResponse {
        HTTPResponse(status: 200, headers: ["Content-Type": type], body: body)
    }

    @Test func partsAreReadByLengthAndByBoundary() {
        // A file may hold the bytes of the boundary: its length says better where it ends.
        let file = Array("abc\r\n--b-1\r\ndef".utf8)
        let measured = Array("--b-1\r\nContent-Type: application/dicom\r\nContent-Length: \(file.count)\r\n\r\n".utf8) + file
        let plain = Array("\r\n--b-1\r\nContent-Type: application/dicom\r\n\r\nxyz\r\n--b-1--\r\n".utf8)
        #expect(MultipartRelated(answer(measured + plain))?.parts == [file, Array("xyz".utf8)])
        #expect(MultipartRelated(answer(Array("--b-1--\r\n".utf8)))?.parts == [])
    }

    @Test func brokenPartsAreNoAnswer() {
        for body in ["", "--b-1", "--b-1\r\n", "--b-1\r\nA: b\r\n\r\nxyz", "--b-1\r\nA: b\r\n\r\nxyz\r\n--b", "nothing"] {
            #expect(MultipartRelated(answer(Array(body.utf8))) == nil, "\(body)")
        }
        #expect(MultipartRelated(answer(Array("--b-1--".utf8), type: "text/html")) == nil)
        #expect(MultipartRelated(answer(Array("--b-1--".utf8), type: "multipart/related")) == nil)
    }

    @Test func aUIDNeverBecomesAPath() {
        #expect("../1.2?a=b#c/é".percentEncoded == "..%2F1.2%3Fa%3Db%23c%2F%C3%A9")
        #expect("2.25.123".percentEncoded == "2.25.123")
    }
}
