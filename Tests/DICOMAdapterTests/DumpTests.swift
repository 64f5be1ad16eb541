import Foundation
import Testing

@testable import DICOMAdapter

/// What DCMTK writes of files, and what is read out of that.
@Suite struct DumpTests {
    private static let dump = """
        # dcmdump (1/2): /a/1.dcm

        # Dicom-Data-Set
        # Used TransferSyntax: Little Endian Explicit
        (0008,0060) CS [MR]                                     #   2, 1 Modality
        (0008,0008) CS [ORIGINAL\\PRIMARY ]                       #  16, 2 ImageType
        (0010,0010) PN [Riesmeier^J&#195;&#182;rg]              #  16, 1 PatientName
        (0010,0020) LO [a] # 3, 1 b]                            #  10, 1 PatientID
        (0018,0010) LO (no value available)                     #   0, 0 ContrastBolusAgent
        (0028,0010) US 64                                       #   2, 1 Rows
        (0019,1010) OB (not loaded)                             # 9999, 1 Unknown Tag & Data
        (0062,0002) SQ (Sequence with explicit length #=2)      # 192, 1 SegmentSequence
          (fffe,e000) na (Item with explicit length #=1)          # 184, 1 Item
            (0062,000f) SQ (Sequence with explicit length #=1)      #  66, 1 SegmentedPropertyTypeCodeSequence
              (fffe,e000) na (Item with explicit length #=2)          #  58, 1 Item
                (0008,0100) SH [10200004]                                 #   8, 1 CodeValue
                (0008,0102) SH [SCT]                                    #   4, 1 CodingSchemeDesignator
              (fffe,e00d) na (ItemDelimitationItem for re-encoding)   #   0, 0 ItemDelimitationItem
            (fffe,e0dd) na (SequenceDelimitationItem for re-encod.) #   0, 0 SequenceDelimitationItem
          (fffe,e00d) na (ItemDelimitationItem for re-encoding)   #   0, 0 ItemDelimitationItem
          (fffe,e000) na (Item with explicit length #=0)          # 0, 1 Item
          (fffe,e00d) na (ItemDelimitationItem for re-encoding)   #   0, 0 ItemDelimitationItem
        (fffe,e0dd) na (SequenceDelimitationItem for re-encod.) #   0, 0 SequenceDelimitationItem
        (0020,0010) SH [1]                                      #   2, 1 StudyID
        # dcmdump (2/2): /a/hello.txt
        """

    @Test func aDumpIsReadByItsForm() throws {
        let trees = DumpParser.trees(in: Data(DumpTests.dump.utf8), count: 2)
        let tree = try #require(trees[0])
        #expect(trees[1] == nil)
        #expect(tree["00080060"] == .values(["MR"]))
        #expect(tree["00080008"] == .values(["ORIGINAL", "PRIMARY"]))
        #expect(tree["00100010"] == .values(["Riesmeier^Jörg"]))
        #expect(tree["00100020"] == .values(["a] # 3, 1 b"]))
        #expect(tree["00180010"] == .empty)
        #expect(tree["00280010"] == .values(["64"]))
        #expect(tree["00191010"] == .absent)
        #expect(tree["00200010"] == .values(["1"]))
        #expect(tree.items(of: "00620002").count == 2)
        #expect(tree.items(of: "00620002").first?.items(of: "0062000F").first?["00080100"] == .values(["10200004"]))
        // An item that says nothing of the structure is a structure that nobody knows.
        let path = "00620002/0062000F[SCT]"
        let objects = ImageReader(["00080060", path]).objects(in: tree)
        #expect(
            Set(objects) == [
                DICOMJSONObject(["00080060": .values(["MR"])]), DICOMJSONObject([path: .values(["10200004"])]),
                DICOMJSONObject([path: .empty]),
            ])
    }

    @Test func aDumpThatBreaksOffIsReadAsFarAsItGoes() {
        for length in stride(from: 0, to: DumpTests.dump.utf8.count, by: 7) {
            _ = DumpParser.trees(in: Data(DumpTests.dump.utf8.prefix(length)), count: 2)
        }
        for hostile in ["(fffe,e00d) na (", "(fffe,e0dd) na (Seq", "# dcmdump (9/2): x", "(0008,0060) CS [", "# dcmdump ("] {
            _ = DumpParser.trees(in: Data("# dcmdump (1/1): x\n\(hostile)\n\(hostile)".utf8), count: 1)
        }
    }

    @Test(arguments: [
        ("a&amp;b", "a&b"), ("&#195;&#182;", "ö"), ("&lt;&gt;&quot;&apos;", "<>\"'"), ("a&b;c", "a&b;c"), ("&#999;", "&#999;"),
    ])
    func markupIsUndone(_ text: String, _ plain: String) { #expect(DumpParser.unquoted(text) == plain) }
}

/// Frames of enhanced images, and what segmentations and structure sets outline.
@Suite struct ImageReaderTests {
    private func image(_ json: String, _ names: [String]) throws -> Set<DICOMJSONObject> {
        let reader = ImageReader(names)
        let trees = try DICOMTree.read(Array("[\(json)]".utf8), tags: reader.outermost)
        return Set(try reader.objects(in: #require(trees.first)))
    }

    @Test func framesFillInWhatTheImageLeavesOut() throws {
        let json = """
            {"00180087": {"vr": "DS", "Value": [1.5]},
             "52009229": {"vr": "SQ", "Value": [{"00289110": {"vr": "SQ", "Value": [{"00180050": {"vr": "DS", "Value": [3]}}]}}]},
             "52009230": {"vr": "SQ", "Value": [
               {"00209071": {"vr": "SQ", "Value": [{"00209072": {"vr": "CS", "Value": ["L"]}}]}},
               {"00209071": {"vr": "SQ", "Value": [{"00209072": {"vr": "CS", "Value": ["R"]}}]},
                "00289110": {"vr": "SQ", "Value": [{"00180050": {"vr": "DS", "Value": [5]}}]}},
               {"00209071": {"vr": "SQ", "Value": [{"00209072": {"vr": "CS", "Value": ["L"]}}]}}]}}
            """
        let common: [String: DICOMJSONAttribute] = ["00180087": .values(["1.5"])]
        let frames = try image(json, ["00180087", "00180050", "00209072"])
        #expect(
            frames == [
                DICOMJSONObject(common.merging(["00180050": .values(["3"]), "00209072": .values(["L"])]) { own, _ in own }),
                DICOMJSONObject(common.merging(["00180050": .values(["5"]), "00209072": .values(["R"])]) { own, _ in own }),
            ])
    }

    @Test func regionsAreJoinedWithWhatIsObservedOfThem() throws {
        let json = """
            {"30060020": {"vr": "SQ", "Value": [
               {"30060022": {"vr": "IS", "Value": [1]}, "30060026": {"vr": "LO", "Value": ["Liver"]}},
               {"30060022": {"vr": "IS", "Value": [2]}, "30060026": {"vr": "LO", "Value": ["x7"]}}]},
             "30060080": {"vr": "SQ", "Value": [
               {"30060084": {"vr": "IS", "Value": [2]}, "30060086": {"vr": "SQ", "Value": [
                 {"00080100": {"vr": "SH", "Value": ["T-71000"]}, "00080102": {"vr": "SH", "Value": ["SRT"]}}]}}]}}
            """
        let (code, name) = ("30060020/30060086[SCT]", "30060020/30060026")
        #expect(
            try image(json, [code, name]) == [
                DICOMJSONObject([code: .empty, name: .values(["Liver"])]),
                DICOMJSONObject([code: .values(["SRT|T-71000"]), name: .values(["x7"])]),
            ])
    }

    @Test func privateTagsAreNotRead() throws {
        #expect(ImageReader(["00191050", "00180050"]).outermost.contains("00191050") == false)
        #expect(try image("{\"00191050\": {\"vr\": \"LO\", \"Value\": [\"x\"]}}", ["00191050"]).isEmpty)
    }
}
