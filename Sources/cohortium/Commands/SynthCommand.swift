import ArgumentParser
import Diagnostics
import Foundation
import Synthesis

/// `cohortium synth`: synthetic hospitals.
struct SynthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "synth", abstract: "Make a synthetic population, in one data model or several, for one hospital or several.",
        discussion: """
            The same seed gives the same patients. Nothing in them comes from a person.

            Example:
              cohortium synth --patients 2000 --seed 7 --nodes 3 --models omop,fhir --out population
            """)

    @Option(help: "How many patients.")
    var patients: Int

    @Option(help: "The seed of the random numbers.")
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("The folder to write; made anew if `synth` wrote it before.", valueName: "folder"))
    var out: String

    @Option(help: "The models to write, separated by commas: omop, fhir, dicom.")
    var models = "omop,fhir,dicom"

    @Option(help: "How many hospitals.")
    var nodes = 1

    @Flag(help: "Give every hospital the same patients instead of a share of them.")
    var same = false

    @Flag(help: "Print the manifest as JSON.")
    var json = false

    @OptionGroup var ontology: OntologyOptions

    func run() async throws {
        let console = Console()
        let names = models.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        let chosen = try names.map { name in
            guard let model = SyntheticModel(rawValue: name) else {
                throw CommandFailure(
                    Diagnostic("U0005", "there is no data model called `\(name)`", help: "write omop, fhir, dicom, or several with commas"))
            }
            return model
        }
        let dataset = SyntheticDataset(
            seed: seed, patients: patients, nodes: nodes, mode: same ? .same : .shares, models: chosen, hyperontology: try ontology.load())
        let manifest: SyntheticManifest
        do {
            manifest = try await dataset.write(to: URL(fileURLWithPath: out)) { step in
                console.progress("\(step.finished) of \(step.total): \(step.name)")
            }
        } catch let problem as Diagnostic {
            throw CommandFailure(problem)
        } catch {
            // A folder that cannot be made or a full disk: the system's own words, not those of its libraries.
            console.endProgress()
            throw CommandFailure(
                Diagnostic(
                    "U0015", "the folder `\(out)` cannot be written", help: "choose another with --out, or check the rights and the space",
                    notes: SystemWords(error).lines))
        }
        console.endProgress()
        if json { return console.output(try manifest.prettyJSON()) }
        console.tell("\(patients) patients for \(nodes) hospital\(nodes == 1 ? "" : "s") in \(out)")
    }
}
