import CohortQL
import Compiler
import Diagnostics
import Foundation
import Hyperontology

/// CohortQL in an editor: what is wrong, what a concept is, what may stand at a place, the canonical layout (Language Server Protocol 3.17).
///
/// A value that turns messages into messages; reading and writing them is the command's.
struct LanguageServer {
    private let hyperontology: Hyperontology
    private var documents: [String: SourceText] = [:]
    private var encoding = PositionEncoding.utf16
    private var isShutDown = false
    /// The status to end with, once the client has said so.
    private(set) var exitStatus: Int32?

    init(hyperontology: Hyperontology) { self.hyperontology = hyperontology }

    /// What is said in answer to a message.
    mutating func answers(to message: JSONValue) -> [JSONValue] {
        guard let method = message["method"]?.text else { return [] }
        let parameters = message["params"] ?? .null
        guard let id = message["id"] else { return notifications(method, parameters) }
        switch result(of: method, parameters) {
        case .success(let value): return [["jsonrpc": "2.0", "id": id, "result": value]]
        case .failure(let failure):
            return [["jsonrpc": "2.0", "id": id, "error": ["code": .number(Double(failure.code)), "message": .string(failure.message)]]]
        }
    }

    private struct Failure: Error {
        let code: Int
        let message: String
    }

    // MARK: Requests

    private mutating func result(of method: String, _ parameters: JSONValue) -> Result<JSONValue, Failure> {
        switch method {
        case "initialize":
            let offered = parameters["capabilities"]?["general"]?["positionEncodings"]?.elements.compactMap(\.text) ?? []
            encoding = offered.contains(PositionEncoding.utf8.rawValue) ? .utf8 : .utf16
            return .success([
                "capabilities": [
                    "positionEncoding": .string(encoding.rawValue), "textDocumentSync": ["openClose": true, "change": 1],
                    "hoverProvider": true,
                    "completionProvider": ["triggerCharacters": ["\"", " ", "$", "{"]], "documentFormattingProvider": true,
                ],
                "serverInfo": ["name": "cohortium"],
            ])
        case "shutdown":
            isShutDown = true
            return .success(.null)
        case "textDocument/hover": return .success(hover(parameters))
        case "textDocument/completion": return .success(completion(parameters))
        case "textDocument/formatting": return .success(formatting(parameters))
        default: return .failure(Failure(code: -32_601, message: "`\(method)` is not answered here"))
        }
    }

    private func document(_ parameters: JSONValue) -> SourceText? { parameters["textDocument"]?["uri"]?.text.flatMap { documents[$0] } }

    private func offset(_ parameters: JSONValue, in source: SourceText) -> Int {
        let place = parameters["position"]
        return encoding.offset(line: place?["line"]?.integer ?? 0, column: place?["character"]?.integer ?? 0, in: source)
    }

    private func hover(_ parameters: JSONValue) -> JSONValue {
        guard let source = document(parameters), let hover = Hover(source, at: offset(parameters, in: source), hyperontology: hyperontology)
        else { return .null }
        return ["contents": ["kind": "markdown", "value": .string(hover.text)], "range": range(hover.span, in: source)]
    }

    private func completion(_ parameters: JSONValue) -> JSONValue {
        guard let source = document(parameters) else { return [] }
        let found = Completer(hyperontology: hyperontology).complete(source, at: offset(parameters, in: source))
        let span = range(SourceSpan(found.start, found.end), in: source)
        return .array(
            found.candidates.map { candidate in
                var item: [String: JSONValue] = [
                    "label": .string(candidate.label), "kind": .number(Double(candidate.kind.itemKind)),
                    "textEdit": ["range": span, "newText": .string(candidate.text)], "filterText": .string(candidate.text),
                ]
                if let detail = candidate.detail { item["documentation"] = .string(detail) }
                return .object(item)
            })
    }

    private func formatting(_ parameters: JSONValue) -> JSONValue {
        guard let source = document(parameters), let formatted = Formatter.format(source) else { return .null }
        return [["range": range(SourceSpan(0, source.bytes.count), in: source), "newText": .string(formatted)]]
    }

    // MARK: Notifications

    private mutating func notifications(_ method: String, _ parameters: JSONValue) -> [JSONValue] {
        let uri = parameters["textDocument"]?["uri"]?.text ?? ""
        switch method {
        case "textDocument/didOpen": return take(parameters["textDocument"]?["text"]?.text, uri)
        case "textDocument/didChange": return take(parameters["contentChanges"]?.elements.last?["text"]?.text, uri)
        case "textDocument/didClose":
            documents[uri] = nil
            return [published([], uri)]
        case "exit":
            exitStatus = isShutDown ? 0 : 1
            return []
        default: return []
        }
    }

    private mutating func take(_ text: String?, _ uri: String) -> [JSONValue] {
        guard let text else { return [] }
        let source = SourceText(name: uri, text: text)
        documents[uri] = source
        let diagnostics = diagnostics(of: source, uri)
        return [published(diagnostics.map { lsp($0, in: source) }, uri)]
    }

    /// A document that imports others is read and its imports are looked for; what it means is `cohortium check`'s, which puts them in.
    private func diagnostics(of source: SourceText, _ uri: String) -> [Diagnostic] {
        let (tree, mistakes) = Parser.parse(source)
        guard !tree.imports.isEmpty else { return QueryCompiler(hyperontology: hyperontology).compile(source).diagnostics }
        guard let path = URL(string: uri), path.isFileURL else { return mistakes }
        var resolver = ImportResolver { path in
            FileManager.default.contents(atPath: path).map { SourceText(name: path, bytes: Array($0)) }
        }
        do throws(DiagnosticList) {
            _ = try resolver.resolve(SourceText(name: path.path, bytes: source.bytes))
            return mistakes
        } catch {
            return mistakes + error.diagnostics
        }
    }

    private func published(_ diagnostics: [JSONValue], _ uri: String) -> JSONValue {
        [
            "jsonrpc": "2.0", "method": "textDocument/publishDiagnostics",
            "params": ["uri": .string(uri), "diagnostics": .array(diagnostics)],
        ]
    }

    private func lsp(_ diagnostic: Diagnostic, in source: SourceText) -> JSONValue {
        let severity =
            switch diagnostic.severity {
            case .error: 1
            case .warning: 2
            case .note: 3
            }
        let message = ([diagnostic.message] + [diagnostic.help].compactMap(\.self) + diagnostic.notes).joined(separator: "\n")
        return [
            "range": range(diagnostic.span ?? SourceSpan(0, 0), in: source), "severity": .number(Double(severity)),
            "code": .string(diagnostic.code.rawValue), "source": "cohortium", "message": .string(message),
        ]
    }

    private func range(_ span: SourceSpan, in source: SourceText) -> JSONValue {
        func place(_ offset: Int) -> JSONValue {
            let (line, column) = encoding.position(of: offset, in: source)
            return ["line": .number(Double(line)), "character": .number(Double(column))]
        }
        return ["start": place(span.lowerBound), "end": place(span.upperBound)]
    }
}

extension Completer.Candidate.Kind {
    /// `CompletionItemKind` of the protocol.
    fileprivate var itemKind: Int {
        switch self {
        case .keyword: 14
        case .event, .parameter: 6
        case .cohort: 7
        case .conceptSet: 13
        case .property: 10
        case .concept: 21
        }
    }
}
