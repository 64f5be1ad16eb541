import Foundation
import TestFederation
import Testing

/// A node is set up for a source, and the source held to the laws that every source must keep.
@Suite(.timeLimit(.minutes(5))) struct NodeInstallTests {
    private func run(_ arguments: [String]) async throws -> ProgramRun {
        try await ProgramRun.cohortium(arguments + ["--ontologies", Project.ontologies])
    }

    private func population() async throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let made = try await run(["synth", "--patients", "60", "--seed", "4", "--out", folder.path("data")])
        #expect(made.status == 0, "\(made.errors)")
        return folder
    }

    @Test func aNodeIsSetUpAndItsSourceKeepsTheLaws() async throws {
        let data = try await population()
        let places =
            [("omop", "omop/omop.sqlite"), ("fhir", "fhir")]
            + (FileManager.default.isExecutableFile(atPath: "/usr/bin/dcmdump") ? [("dicom", "dicom")] : [])
        for (model, place) in places {
            let node = data.path("node \(model)")
            let arguments = ["node", "install", model, data.path("data/node-1/\(place)"), "--folder", node, "--name", "north"]
            let installed = try await run(arguments)
            #expect(installed.status == 0, "\(model): \(installed.errors)")
            #expect(installed.output.contains("modality"), "\(model): \(installed.output)")
            let policy = try String(contentsOfFile: node + "/policy.yaml", encoding: .utf8)
            #expect(policy.contains("threshold: 11"))
            let again = try await run(arguments)
            #expect(again.status == 1 && again.errors.contains("N0473"), "\(again.errors)")
            let verified = try await run(["node", "verify", "--config", node + "/node.yaml", "--questions", "2"])
            #expect(verified.status == 0, "\(model): \(verified.errors)")
            #expect(
                verified.errors.contains("holds every patient comes once") || verified.errors.contains("holds  every patient comes once"))
            #expect(!verified.errors.contains("BROKEN"))
        }
    }

    /// Values that nobody mapped stand there for every model, where there are enough patients, and the last questions' concepts one by one.
    @Test func whatIsNotMappedIsSaidBehindTheGate() async throws {
        let data = try await population()
        let fhir = URL(fileURLWithPath: data.path("data/node-1/fhir"))
        func condition(_ patient: Int, _ code: String) -> String {
            #"{"resourceType":"Condition","id":"x\#(patient)-\#(code)","subject":{"reference":"Patient/x\#(patient)"},"code":{"coding":[{"system":"urn:own","code":"\#(code)"}]}}"#
        }
        let lines =
            (0..<20).flatMap { [#"{"resourceType":"Patient","id":"x\#($0)"}"#, condition($0, "FREQUENT")] }
            + (0..<3).map { condition($0, "RARE") }
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: fhir.appendingPathComponent("more.ndjson"))
        let script = """
            import sqlite3, sys
            database = sqlite3.connect(sys.argv[1])
            people = [row[0] for row in database.execute("SELECT person_id FROM person LIMIT 20")]
            row = database.execute("SELECT * FROM condition_occurrence LIMIT 1").fetchone()
            names = [column[1] for column in database.execute("PRAGMA table_info(condition_occurrence)")]
            following = 1 + database.execute("SELECT max(condition_occurrence_id) FROM condition_occurrence").fetchone()[0]
            for number, person in enumerate(people):
                for concept in [999000001] + ([999000002] if number < 3 else []):
                    values = dict(zip(names, row), condition_occurrence_id=following + 2 * number + concept % 2, person_id=person, condition_concept_id=concept)
                    database.execute(f"INSERT INTO condition_occurrence VALUES ({','.join('?' * len(names))})", [values[name] for name in names])
            database.commit()
            """
        let changed = try await ProgramRun.run("/usr/bin/python3", ["-c", script, data.path("data/node-1/omop/omop.sqlite")])
        #expect(changed.status == 0, "\(changed.errors)")
        for (model, place, frequent, rare) in [
            ("fhir", "fhir", "urn:own|FREQUENT", "RARE"), ("omop", "omop/omop.sqlite", "999000001", "999000002"),
        ] {
            let node = data.path("node \(model)")
            let installed = try await run(["node", "install", model, data.path("data/node-1/\(place)"), "--folder", node])
            #expect(installed.status == 0, "\(model): \(installed.errors)")
            #expect(installed.output.contains(frequent), "\(model): \(installed.output)")
            #expect(!installed.output.contains(rare), "\(model): a value of three patients is named")
            #expect(installed.output.contains("others, each of too few patients"))
            #expect(installed.output.contains("No question has been asked here yet."))
            try FileManager.default.createDirectory(atPath: node + "/state", withIntermediateDirectories: true)
            try Data(
                #"[{"date":0,"concepts":["https://w3id.org/cohortium/concept/BreastCarcinoma","https://w3id.org/cohortium/concept/NoSuchThing"]}]"#
                    .utf8
            ).write(to: URL(fileURLWithPath: node + "/state/questions.json"))
            let coverage = try await run(["node", "coverage", "--config", node + "/node.yaml"])
            #expect(coverage.status == 0, "\(coverage.errors)")
            #expect(coverage.output.contains("Breast Carcinoma") && coverage.output.contains("does not have it"), "\(coverage.output)")
        }
    }

    @Test func aBrokenLawIsNamed() async throws {
        let data = try await population()
        let node = data.path("node")
        let file = data.path("data/node-1/omop/omop.sqlite")
        #expect(try await run(["node", "install", "omop", file, "--folder", node]).status == 0)
        let script = """
            import sqlite3, sys
            database = sqlite3.connect(sys.argv[1])
            database.execute("UPDATE drug_exposure SET drug_exposure_end_date = '1900-01-01'")
            database.execute("UPDATE procedure_occurrence SET procedure_end_date = '1900-01-01'")
            database.commit()
            """
        let changed = try await ProgramRun.run("/usr/bin/python3", ["-c", script, file])
        #expect(changed.status == 0, "\(changed.errors)")
        let verified = try await run(["node", "verify", "--config", node + "/node.yaml", "--questions", "40"])
        #expect(verified.status == 1 && verified.errors.contains("N0475"), "\(verified.errors)")
        #expect(verified.errors.contains("BROKEN no event ends before it begins"), "\(verified.errors)")
    }

    @Test func aSourceThatIsAwayIsNamedAndItsFilesStay() async throws {
        let folder = try TemporaryFolder()
        let installed = try await run(["node", "install", "dicom", "http://127.0.0.1:9/dicom-web", "--folder", folder.path("node")])
        #expect(installed.status == 3 && installed.errors.contains("N0421"), "\(installed.errors)")
        #expect(FileManager.default.fileExists(atPath: folder.path("node/node.yaml")))
        let wrong = try await run(["node", "install", "pacs", "x", "--folder", folder.path("other")])
        #expect(wrong.status != 0 && wrong.errors.contains("omop, fhir or dicom"))
    }

    @Test func anIndexIsAskedForByName() async throws {
        let data = try await population()
        try data.write("threshold: 11\nrounding: 5\nbreakdowns: [sex]\npurposes: [research]\n", to: "policy.yaml")
        let without = try data.write(
            "name: n\npolicy: policy.yaml\nsources:\n  - model: omop\n    sqlite: data/node-1/omop/omop.sqlite\n", to: "without.yaml")
        let none = try await run(["node", "index", "--config", without])
        #expect(none.status == 1 && none.errors.contains("N0471"), "\(none.errors)")
        let with = try data.write(
            "name: n\npolicy: policy.yaml\nsources:\n  - model: dicom\n    name: images\n    folder: data/node-1/dicom\n", to: "with.yaml")
        let wrong = try await run(["node", "index", "--config", with, "--source", "image"])
        #expect(wrong.status == 1 && wrong.errors.contains("N0472") && wrong.errors.contains("did you mean `images`"), "\(wrong.errors)")
        let status = try await run(["node", "index", "--config", with, "--status"])
        #expect(status.status == 0 && status.errors.contains("no index yet"), "\(status.errors)")
        let gone = try data.write(
            "name: n\npolicy: policy.yaml\nsources:\n  - model: dicom\n    folder: nowhere\n", to: "gone.yaml")
        let away = try await run(["node", "index", "--config", gone])
        #expect(away.status == 3 && away.errors.contains("N0467"), "\(away.errors)")
    }
}
