import Foundation
import HTTPClient
import Hummingbird
import LoopbackServer
import NIOCore

/// A hospital's series made up on the spot, by number: the same number, the same series. Three series a study, two studies a patient.
struct SyntheticSeries: Sendable {
    let number: Int

    private static let modalities = ["MR", "CT", "CT", "MG", "US", "CR", "DX", "PT", "MR", "SR"]
    private static let parts = [
        "BREAST", "CHEST", "ABDOMEN", "PROSTATE", "HEAD", "PELVIS", "LIVER", "", "KNEE", "SPINE", "breast", "THORAX",
    ]
    private static let makers = ["SIEMENS", "GE MEDICAL SYSTEMS", "Philips", "TOSHIBA", ""]
    private static let thicknesses = ["0.625", "1", "1.25", "2", "2.5", "3", "4", "5", "7", "10"]

    private func pick(_ texts: [String], _ salt: UInt64) -> String {
        var mixed = UInt64(number) &* 0x9E37_79B9_7F4A_7C15 &+ salt &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 31)) &* 0x94D0_49BB_1331_11EB
        return texts[Int((mixed ^ (mixed >> 29)) % UInt64(texts.count))]
    }

    var patient: String { "P\(number / 6)" }
    var study: String { "2.25.329800735698586629295641978511506172918.\(number / 3)" }
    var uid: String { "2.25.329800735698586629295641978511506172919.\(number)" }
    var sex: String { number / 6 % 2 == 0 ? "F" : "M" }
    var birth: String { "\(1930 + number / 6 % 70)\(number / 6 % 20 == 0 ? "" : "0615")" }
    var day: String { "20\(10 + number / 3 % 15)0\(1 + number / 3 % 9)1\(number / 3 % 10)" }

    /// By tag, what the search for series tells.
    var attributes: [String: String] {
        ["00080060": pick(Self.modalities, 1), "00180015": pick(Self.parts, 2), "00080070": pick(Self.makers, 3)]
    }

    /// What every image of it says.
    var image: [String: String] {
        let modality = pick(Self.modalities, 1)
        var image: [String: String] = [:]
        if ["MR", "CT", "PT"].contains(modality) { image["00180050"] = pick(Self.thicknesses, 4) }
        if modality == "MR" { image["00180087"] = pick(["1.5", "3", "1.494"], 5) }
        if ["MR", "CT"].contains(modality) { image["00180010"] = pick(["", "Gadobutrol", "Iomeprol"], 6) }
        return image
    }
}

/// An archive of such series that speaks DICOMweb, with some images a series.
struct SyntheticArchive: Sendable {
    let series: Int
    static let images = 20

    /// Serves while a body runs.
    func serve<Result: Sendable>(_ body: @escaping @Sendable (ServiceAddress) async throws -> Result) async throws -> Result {
        let router = Router()
        router.get("/dicom-web/**") { request, _ in
            let parts = request.uri.path.split(separator: "/")
            let limit = request.uri.queryParameters.get("limit").flatMap { Int($0) } ?? 100
            let offset = request.uri.queryParameters.get("offset").flatMap { Int($0) } ?? 0
            let last = parts.count == 2 ? series : Self.images
            let number = parts.count > 5 ? parts[4].split(separator: ".").last.flatMap { Int($0) } ?? 0 : 0
            let objects = (offset..<max(offset, min(last, offset + limit))).map {
                parts.count == 2 ? Self.describe(SyntheticSeries(number: $0)) : Self.describe(SyntheticSeries(number: number), image: $0)
            }
            return Response(
                status: .ok, headers: [.contentType: "application/dicom+json"],
                body: .init(byteBuffer: ByteBuffer(string: "[\(objects.joined(separator: ","))]")))
        }
        return try await LoopbackServer.serve(router) { port in
            try await body(ServiceAddress(url: "http://127.0.0.1:\(port)/dicom-web"))
        }
    }

    private static func describe(_ series: SyntheticSeries) -> String {
        json(
            series.attributes.merging([
                "00100020": series.patient, "00100040": series.sex, "00100030": series.birth, "0020000D": series.study,
                "0020000E": series.uid,
                "00080020": series.day, "00201209": "\(images)",
            ]) { own, _ in own })
    }

    private static func describe(_ series: SyntheticSeries, image: Int) -> String {
        json(
            series.image.merging([
                "00080018": "\(series.uid).\(image)", "00080016": "1.2.840.10008.5.1.4.1.1.4", "0020000E": series.uid,
            ]) { own, _ in own })
    }

    private static func json(_ values: [String: String]) -> String {
        let entries = values.map { tag, value in "\"\(tag)\":{\"vr\":\"LO\"" + (value.isEmpty ? "}" : ",\"Value\":[\"\(value)\"]}") }
        return "{\(entries.joined(separator: ","))}"
    }
}
