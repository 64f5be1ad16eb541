import Foundation

/// The inside of the process that reads a stranger's document: `cohortium-rdf-reader FOLDER`.
///
/// It takes its limits upon itself before it opens the document, reads it as any caller would, and ends. On its standard output it says
/// how far it is, in thousandths. What it does after a fault of a library is of no use to anybody: the caller takes the graph of a process
/// that ended well, and of no other.
public enum ReaderProcess {
    /// Reads the request in a folder and leaves the answer there; the status to exit with.
    public static func run(folder: String) -> Int32 {
        let place = URL(fileURLWithPath: folder)
        do {
            let data = try Data(contentsOf: place.appendingPathComponent(ReaderFolder.request))
            let request = try JSONDecoder().decode(ReaderRequest.self, from: data)
            guard confine(to: request) else { return EX_OSERR }
            let answer = try answer(to: request)
            try JSONEncoder().encode(answer).write(to: place.appendingPathComponent(ReaderFolder.answer), options: .atomic)
            return answer.faults.isEmpty ? EX_OK : EX_DATAERR
        } catch {
            return EX_SOFTWARE
        }
    }

    private static func answer(to request: ReaderRequest) throws(GraphFileError) -> ReaderAnswer {
        var builder = GraphBuilder()
        let prefixes: PrefixMap
        do throws(RDFSyntaxErrors) {
            let parser = RDFParser(limits: request.limits) { share in
                try? FileHandle.standardOutput.write(contentsOf: Data("\(Int(share * 1000))\n".utf8))
            }
            prefixes = try builder.read(file: request.file, syntax: request.syntax, base: request.base, with: parser)
        } catch {
            return ReaderAnswer(faults: error.errors.map(ReaderAnswer.Fault.init), prefixes: [:])
        }
        try builder.build().write(to: request.graph)
        return ReaderAnswer(faults: [], prefixes: prefixes.namespaces)
    }

    /// Sets what the kernel holds this process to, for good: memory, processor time, the size of files; no core file, few open files.
    private static func confine(to request: ReaderRequest) -> Bool {
        let limits: [(__rlimit_resource, Int)] = [
            (RLIMIT_AS, request.memory), (RLIMIT_CPU, request.processorSeconds), (RLIMIT_FSIZE, request.memory), (RLIMIT_CORE, 0),
            (RLIMIT_NOFILE, 32),
        ]
        return limits.allSatisfy { resource, value in
            var limit = rlimit(rlim_cur: rlim_t(value), rlim_max: rlim_t(value))
            return unsafe setrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0
        }
    }
}
