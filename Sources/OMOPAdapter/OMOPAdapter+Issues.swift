import CohortPlan
public import Diagnostics
public import Execution
import Hyperontology

extension OMOPAdapter {
    /// Tables and columns that the bindings name and the site lacks, another version of the model, records of nobody, patients who share an
    /// identifier.
    public func loadIssues() async throws(SourceFailure) -> [Diagnostic] {
        let schema = try await database.reopen()
        var issues = missingPlaces(schema)
        for version in try await OMOPVersion.all(in: database, schema) where !version.isExpected {
            issues.append(
                Diagnostic(
                    "N0222", .warning,
                    "source `\(name)` says that it is version `\(version.text)` of the OMOP CDM, the bindings are for 5.4",
                    help: "check that the columns named in `bindings/omop.ttl` mean the same there"))
        }
        if schema.ancestry == nil {
            issues.append(
                Diagnostic(
                    "N0223", .note,
                    "source `\(name)` has no filled table `concept_ancestor`: what lies below a concept is what the hyperontology knows",
                    help: "load the OMOP vocabulary into the database"))
        }
        issues += try await orphans(schema)
        let shared = try await sharedIdentifiers(schema)
        if shared > 0 {
            issues.append(
                Diagnostic(
                    "N0224", .warning, "in source `\(name)`, \(shared) identifiers of patients each stand in several rows of persons",
                    help: "make `person_source_value` unique; until then each of them counts as one patient"))
        }
        return issues
    }

    /// The tables of events, and what they hold in words.
    private var places: [(place: Place, words: String)] {
        var kinds: [Place: [String]] = [:]
        for (kind, binding) in bindings.events { for place in binding.places { kinds[place, default: []].append(kind) } }
        return kinds.sorted { $0.key.container < $1.key.container }.map { place, kinds in
            (place, kinds.compactMap { EventKind(rawValue: $0)?.words }.sorted().joined(separator: " and "))
        }
    }

    /// One for each table with rows of persons who are not there: nobody can be counted for them.
    private func orphans(_ schema: OMOPSchema) async throws(SourceFailure) -> [Diagnostic] {
        guard case .success(let person) = person(schema) else { return [] }
        var issues: [Diagnostic] = []
        for (place, words) in places {
            guard let bound = try? BoundTable(place, schema: schema), let patient = try? bound.column("patientField") else { continue }
            guard try await !database.rows(of: person.orphans(of: bound, patient), { _ in true }).isEmpty else { continue }
            issues.append(
                Diagnostic(
                    "N0225", .warning,
                    "in source `\(name)`, table `\(place.container)` holds \(words) of persons who are not in the table of persons",
                    help: "load the persons; until then these records count for nobody"))
        }
        return issues
    }

    /// One for each table that is not there or not whole.
    private func missingPlaces(_ schema: OMOPSchema) -> [Diagnostic] {
        places.compactMap { place, words in
            let lacking: [String]
            do {
                let bound = try BoundTable(place, schema: schema)
                lacking = place.fields.values.flatMap(\.self).filter { ((try? bound.column(named: $0)) ?? nil) == nil }.sorted()
            } catch {
                return Diagnostic(
                    "N0221", .warning, "source `\(name)` has no table `\(place.container)`, so it cannot tell of all \(words)",
                    help: "load the table, or grant the node's account the right to read it")
            }
            guard !lacking.isEmpty else { return nil }
            return Diagnostic(
                "N0221", .warning,
                "in source `\(name)`, table `\(place.container)` lacks \(lacking.map { "`\($0)`" }.joined(separator: ", ")) or they may not be read",
                help: "add the columns, or grant the node's account the right to read them", notes: ["they are of \(words)"])
        }
    }

    /// How many identifiers stand for more than one row of persons.
    private func sharedIdentifiers(_ schema: OMOPSchema) async throws(SourceFailure) -> Int {
        guard case .success(let person) = person(schema) else { return 0 }
        let rows = try await database.rows(of: person.sharedIdentifiers) { OMOPValue.integer($0[0]) }
        return rows.first ?? 0
    }
}
