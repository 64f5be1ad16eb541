import DICOMFile
import Foundation
import Testing

@Suite struct DICOMFileTests {
    static func example(signed: Bool = false) -> DICOMDataSet {
        var dataSet = DICOMDataSet()
        dataSet.set(.sopClass, "UI", "1.2.840.10008.5.1.4.1.1.4")
        dataSet.set(.sopInstance, "UI", "2.25.1234")
        dataSet.set(.modality, "CS", "MR")
        dataSet.set(.patientID, "LO", "P-1")
        dataSet.set(.bodyPartExamined, "CS", "")
        dataSet.set(.seriesInstance, "UI", "2.25.77")
        dataSet.set(.samplesPerPixel, 1)
        dataSet.set(.rows, 2)
        dataSet.set(.columns, 3)
        dataSet.set(.bitsAllocated, 16)
        dataSet.set(.bitsStored, 12)
        dataSet.set(.pixelRepresentation, signed ? 1 : 0)
        dataSet.set(.rescaleSlope, "DS", "2.5")
        dataSet.set(.rescaleIntercept, "DS", "-1024")
        dataSet.set(.pixelData, "OW", bytes: [0, 0, 1, 0, 0xFF, 0x0F, 0x00, 0x08, 0x34, 0x02, 0x05, 0])
        let item = DICOMDataSet.item(code: "T-04000")
        dataSet[DICOMTag(0x0008_2218)] = DICOMElement(DICOMTag(0x0008_2218), "SQ", .items([item, item]))
        return dataSet
    }

    @Test func comesBackAsItWasWritten() throws {
        let file = DICOMFile(DICOMFileTests.example())
        let read = try DICOMFile.read(file.write())
        #expect(read == file)
        #expect(read.dataSet.string(.bodyPartExamined)?.isEmpty == true)
        #expect(read.dataSet.string(.manufacturer) == nil)
        #expect(read.dataSet.string(.modality) == "MR")
    }

    @Test func pixelsAreMaskedSignedAndRescaled() throws {
        let plain = try DICOMPixels(DICOMFile(DICOMFileTests.example()))
        #expect(plain.values == [0, 1, 4_095, 2_048, 564, 5])
        #expect(plain.slope == 2.5)
        #expect(plain.intercept == -1_024)
        #expect(try DICOMPixels(DICOMFile(DICOMFileTests.example(signed: true))).values == [0, 1, -1, -2_048, 564, 5])
    }

    @Test func damagedFilesAreRefusedAndNeverEndTheProgram() throws {
        let bytes = DICOMFile(DICOMFileTests.example()).write()
        #expect(throws: DICOMFormatError.notDICOM) { try DICOMFile.read(Array(bytes[..<100])) }
        for length in 132..<bytes.count { _ = try? DICOMFile.read(Array(bytes[..<length])) }
        var state: UInt64 = 3
        for _ in 0..<3_000 {
            var damaged = bytes
            for _ in 0..<4 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                damaged[Int(state >> 33) % damaged.count] = UInt8(truncatingIfNeeded: state >> 20)
            }
            if let file = try? DICOMFile.read(damaged) { _ = try? DICOMPixels(file) }
        }
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/dcmdump"), "skipped: dcmdump is not installed"))
    func dcmtkReadsWhatWeWrite() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-\(UUID().uuidString).dcm")
        defer { try? FileManager.default.removeItem(at: path) }
        try Data(DICOMFile(DICOMFileTests.example()).write()).write(to: path)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/dcmdump")
        process.arguments = ["-Un", path.path]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(text.contains("[2.25.77]"))
        #expect(text.contains("[T-04000]"))
    }
}

extension DICOMDataSet {
    static func item(code: String) -> DICOMDataSet {
        var item = DICOMDataSet()
        item.set(DICOMTag(0x0008_0100), "SH", code)
        return item
    }
}
