import AtlasImport
import CohortPlan
import CohortQL
import Compiler
import Diagnostics
import Foundation
import Hyperontology
import Testing

@Suite struct ImportTests {
    static let ontology = Result { try Hyperontology(directory: PhenotypeLibrary.root.appendingPathComponent("Ontologies").path) }

    private func source(_ data: Data) -> SourceText { SourceText(name: "definition.json", bytes: Array(data)) }
    private func source(_ text: String) -> SourceText { SourceText(name: "definition.json", text: text) }

    /// Every definition of the library is imported, and nearly all say everything; the others name what they do not.
    @Test(.enabled(if: PhenotypeLibrary.isPresent, "skipped: ../shared/oracles/atlas is not here"))
    func theLibraryIsImported() throws {
        let compiler = QueryCompiler(hyperontology: try ImportTests.ontology.get())
        let definitions = try PhenotypeLibrary.definitions.get()
        var whole = 0
        for (number, data) in definitions.sorted(by: { $0.key < $1.key }) {
            let found = AtlasImporter.read(source(data), name: "C\(number)")
            let text = try #require(found.text, "\(number): \(found.diagnostics.map(\.message))")
            if found.isWhole {
                whole += 1
            } else {
                print("atlas: \(number) lacks \(found.diagnostics.map { "\($0.message) \($0.notes)" })")
                #expect(found.diagnostics.allSatisfy { $0.notes.first?.hasPrefix("at $.") ?? false })
            }
            let compiled = compiler.compile(SourceText(name: "c\(number)", text: text))
            #expect(compiled.query != nil, "\(number): \(compiled.diagnostics.map(\.message))")
        }
        print("atlas: \(whole) of \(definitions.count) definitions are imported without loss")
        #expect(definitions.count == 764 && whole * 100 >= definitions.count * 95)
    }
}
