import CohortPlan
import CohortQL
import Diagnostics

/// What a dispatch asks for, checked.
public struct CompiledDispatch: Hashable, Sendable {
    public let toolName: String
    /// `sha256:` and 64 lower-case hexadecimal digits.
    public let toolDigest: String
    /// The name of the imaging event whose series the tool gets.
    public let inputs: String
    public let gpus: Int
    /// Bytes of memory that one GPU must have; nil where nothing is said.
    public let gpuMemory: Int?
    /// What the tool is told, by name.
    public let parameters: [String: String]
    /// The files that the tool is expected to write; empty where nothing is said.
    public let outputs: [String]
}

extension PlanBuilder {
    /// The dispatch of the counted cohort.
    mutating func dispatch(_ syntax: DispatchSyntax, of target: CohortSyntax) -> CompiledDispatch? {
        let before = errorCount
        if syntax.name.text != target.name.text {
            error(
                "C0290", "the dispatch is of `\(syntax.name.text)`, the report of `\(target.name.text)`", at: syntax.name.span,
                help: "write `dispatch \(target.name.text)`, or the report into a file of its own")
            return nil
        }
        if syntax.tool.text.isEmpty || syntax.tool.text.count > 100 {
            error("C0292", "a tool's name is 1 to 100 characters long", at: syntax.tool.span, help: "write the name that nodes use")
        }
        let digest = syntax.digest.text.split(separator: ":", maxSplits: 1).map(String.init)
        let isHexadecimal = digest.count == 2 && digest[1].utf8.allSatisfy { ($0.isDigit) || (0x61...0x66).contains($0) }
        if digest.first != "sha256" || !isHexadecimal || digest[1].utf8.count != 64 {
            error(
                "C0292", "`\(syntax.digest.text.prefix(80))` is no digest of a tool", at: syntax.digest.span,
                help: "write `sha256:` and the 64 hexadecimal digits of the tool's executable")
        }
        var request = DispatchRequest()
        for item in syntax.items { add(item, to: &request, at: syntax.span) }
        guard let inputs = inputs(request.inputs, at: syntax.name.span), errorCount == before else { return nil }
        return CompiledDispatch(
            toolName: syntax.tool.text, toolDigest: syntax.digest.text, inputs: inputs, gpus: request.gpus ?? 0,
            gpuMemory: request.gpuMemory, parameters: request.parameters, outputs: request.outputs)
    }

    private struct DispatchRequest {
        var inputs: NameSyntax?
        var gpus: Int?
        var gpuMemory: Int?
        var parameters: [String: String] = [:]
        var outputs: [String] = []
    }

    private mutating func add(_ item: DispatchItemSyntax, to request: inout DispatchRequest, at span: SourceSpan) {
        switch item {
        case .inputs(let name):
            if request.inputs != nil {
                error("C0293", "a tool gets the series of one event", at: name.span, help: "take one of the two out")
            }
            request.inputs = name
        case .gpus(let number):
            guard let count = integer(number) else { return }
            if count > 64 || request.gpus != nil {
                error("C0294", "a dispatch asks once for at most 64 GPUs", at: number.span, help: "write `gpus 1`")
            }
            request.gpus = count
        case .gpuMemory(let number, let unit): request.gpuMemory = bytes(number, unit)
        case .parameters(let settings):
            for setting in settings where request.parameters.updateValue(setting.value.text, forKey: setting.name.text) != nil {
                error("C0294", "`\(setting.name.text)` is set twice", at: setting.name.span, help: "take one of the two out")
            }
        case .outputs(let names):
            for name in names where name.text.isEmpty || name.text.contains("/") || name.text.hasPrefix(".") {
                error("C0294", "`\(name.text)` is no plain file name", at: name.span, help: "write a name without `/`, as `report.json`")
            }
            request.outputs += names.map(\.text)
        }
    }

    /// An amount of memory in bytes, by the UCUM units of information.
    private mutating func bytes(_ number: NumberSyntax, _ unit: NameSyntax?) -> Int? {
        let units = [
            "By": 1, "kBy": 1_000, "MBy": 1_000_000, "GBy": 1_000_000_000, "TBy": 1_000_000_000_000, "KiBy": 1 << 10, "MiBy": 1 << 20,
            "GiBy": 1 << 30, "TiBy": 1 << 40,
        ]
        guard let value = decimal(number) else { return nil }
        guard let size = unit.flatMap({ units[$0.text] }) else {
            error(
                "C0294", "`\(unit?.text ?? number.text)` is no amount of memory", at: unit?.span ?? number.span,
                help: "write it in bytes as UCUM does: `\(number.text) GBy`")
            return nil
        }
        let bytes = value.double * Double(size)
        guard (1...1e15).contains(bytes) else {
            error("C0294", "no GPU has so much memory", at: number.span, help: "write `gpu memory 16 GBy`")
            return nil
        }
        return Int(bytes.rounded(.up))
    }

    /// The imaging event that is meant, by its name.
    private mutating func inputs(_ name: NameSyntax?, at span: SourceSpan) -> String? {
        let images = anchorsInScope.filter { anchors[$0].selection.request.kind.isImaging }
        guard let name else {
            guard let last = images.last else {
                error(
                    "C0293", "the cohort names no images for the tool", at: span,
                    help: "name an imaging event: `baseline = last imaging study …`")
                return nil
            }
            usedAnchors.insert(last)
            return anchors[last].name.text
        }
        guard let event = reference(name, single: nil) else { return nil }
        guard anchors[event.index].selection.request.kind.isImaging else {
            error(
                "C0293", "`\(name.text)` has no series", at: name.span,
                help: images.last.map { "write `inputs \(anchors[$0].name.text)`" } ?? "only imaging events have them")
            return nil
        }
        return name.text
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
