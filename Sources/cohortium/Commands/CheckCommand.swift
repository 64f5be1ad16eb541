import ArgumentParser
import Compiler
import Diagnostics

/// `cohortium check`: a query's mistakes.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Show the mistakes of a query, each with its place and a fix.",
        discussion: "Example:\n  cohortium check my.cohort\n\nExit status: 0 without errors, 1 with.")

    @Argument(help: "A CohortQL file; - reads standard input.")
    var file: String

    @Flag(help: "Print the diagnostics as JSON.")
    var json = false

    @OptionGroup var parameters: ParameterOptions
    @OptionGroup var ontology: OntologyOptions

    func run() async throws {
        let source = try QueryFile(file).bundled()
        let result = QueryCompiler(hyperontology: try ontology.load()).compile(source, settings: parameters.values)
        let console = Console()
        if json {
            console.output(try result.diagnostics.map { ReportedDiagnostic($0, in: source) }.prettyJSON())
        } else if result.diagnostics.isEmpty {
            console.tell("\(source.name): no mistakes found")
        } else {
            console.report(result.diagnostics, in: source)
        }
        if result.diagnostics.containsErrors { throw ExitCodes.badInput }
    }
}

/// A diagnostic as programs read it: the span with its lines and columns.
struct ReportedDiagnostic: Encodable {
    struct Span: Encodable {
        let start: SourceText.Place
        let end: SourceText.Place
        let offset: Int
        let length: Int
    }

    let code: String
    let severity: Severity
    let message: String
    let span: Span?
    let help: String?
    let notes: [String]

    init(_ diagnostic: Diagnostic, in source: SourceText) {
        code = diagnostic.code.rawValue
        severity = diagnostic.severity
        message = diagnostic.message
        help = diagnostic.help
        notes = diagnostic.notes
        span = diagnostic.span.map { span in
            Span(
                start: source.place(of: span.lowerBound), end: source.place(of: span.upperBound), offset: span.lowerBound,
                length: span.upperBound - span.lowerBound)
        }
    }
}
