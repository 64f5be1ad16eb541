import Foundation
import RDF

// Started by `ConfinedReader` alone, with the folder through which both speak.
guard CommandLine.arguments.count == 2 else {
    FileHandle.standardError.write(Data("usage: cohortium-rdf-reader FOLDER; the other programs of cohortium start it\n".utf8))
    exit(EX_USAGE)
}
exit(ReaderProcess.run(folder: CommandLine.arguments[1]))
