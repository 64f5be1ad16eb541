// swift-tools-version: 6.2
import PackageDescription

// One target a room; arrows only downwards (see README.md, "The rooms", and Tests/ArchitectureTests).
// The floors, lowest first. A target may depend on targets of lower floors alone.

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
]

// Linked by soname: `libcurl.so.4` is Debian's OpenSSL flavour whichever libcurl -dev package is installed (PACKAGING.md).
let curlOnOpenSSL: LinkerSetting = .linkedLibrary(":libcurl.so.4")
let raptor: LinkerSetting = .linkedLibrary(":libraptor2.so.0")
let postgres: LinkerSetting = .linkedLibrary(":libpq.so.5")

let collections: Target.Dependency = .product(name: "Collections", package: "swift-collections")
let sqlite: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let yaml: Target.Dependency = .product(name: "Yams", package: "Yams")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS: Target.Dependency = .product(name: "HummingbirdTLS", package: "hummingbird")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")

func room(_ name: String, _ dependencies: [Target.Dependency] = [], linker: [LinkerSetting] = [], resources: [Resource] = []) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict, linkerSettings: linker)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

let package = Package(
    name: "cohortium",
    products: [
        .executable(name: "cohortium", targets: ["cohortium"]),
        .executable(name: "cohortium-intensity", targets: ["cohortium-intensity"]),
        .executable(name: "cohortium-rdf-reader", targets: ["cohortium-rdf-reader"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Floor 0: the outside world's formats, and the words of every message.
        .systemLibrary(name: "CRaptor2"),
        .systemLibrary(name: "CCurl"),
        .systemLibrary(name: "COpenSSL"),
        .systemLibrary(name: "CPostgres"),
        .systemLibrary(name: "CZlib"),
        room("Diagnostics"),
        room("RDF", ["CRaptor2"], linker: [raptor]),
        room("HTTPClient", ["CCurl"], linker: [curlOnOpenSSL]),
        room("PostgresClient", ["CPostgres"], linker: [postgres]),
        room("DICOMFile"),

        // Floor 1: the language, its plan and meaning, and what concepts mean; programs of others.
        room("Processes", ["Diagnostics"]),
        room("CohortQL", ["Diagnostics"]),
        room("CohortPlan", ["Diagnostics"]),
        room("Hyperontology", ["RDF", "Diagnostics", collections]),

        // Floor 2: from text to plan; the execution of a plan over sources; SPARQL.
        room("Compiler", ["CohortQL", "CohortPlan", "Hyperontology", "Diagnostics"]),
        room("Execution", ["CohortPlan", "Hyperontology", "Diagnostics", collections]),
        room("SPARQL", ["RDF", "Diagnostics", "COpenSSL"]),
        room("AtlasImport", ["CohortQL", "Diagnostics"]),

        // Floor 3: the source models; disclosure control; the synthetic population.
        room("OMOPAdapter", ["Execution", "CohortPlan", "Hyperontology", "PostgresClient", "Diagnostics", sqlite]),
        room("FHIRAdapter", ["Execution", "CohortPlan", "Hyperontology", "HTTPClient", "Diagnostics", "COpenSSL", sqlite]),
        room("FederatedSPARQL", ["SPARQL", "CohortQL", "Hyperontology", "RDF", "Diagnostics"]),
        room("DICOMAdapter", ["Execution", "CohortPlan", "Hyperontology", "HTTPClient", "Processes", "Diagnostics", sqlite]),
        room("Disclosure", ["CohortPlan", "Execution", "Diagnostics", yaml]),
        room("OrthancServer", ["HTTPClient", "Processes", "Diagnostics"]),
        room("Synthesis", ["CohortPlan", "Hyperontology", "DICOMFile", "Diagnostics", sqlite]),

        // Floor 4: the wire between hub and nodes; computation beside the data.
        room(
            "Federation",
            ["CohortPlan", "Execution", "Disclosure", "Hyperontology", "RDF", "Diagnostics", "HTTPClient", "COpenSSL"]),
        room("CohortDispatch", ["Processes", "Diagnostics"]),

        // Floor 5: the services.
        room(
            "Hub",
            [
                "Federation", "Compiler", "SPARQL", "FederatedSPARQL", "CZlib", "Hyperontology", "Disclosure", "RDF", "CohortQL",
                "CohortPlan", "Execution",
                "Diagnostics", sqlite, hummingbird, hummingbirdCore, hummingbirdTLS, httpTypes, nioCore, nioSSL, logging, lifecycle,
                signals, yaml,
            ]),
        room(
            "Node",
            [
                "Federation", "CohortDispatch", "OMOPAdapter", "PostgresClient", "FHIRAdapter", "DICOMAdapter", "Disclosure", "Execution",
                "Compiler", "Hyperontology", "RDF",
                "CohortPlan",
                "HTTPClient", "Diagnostics", logging, lifecycle, signals, yaml,
            ]),

        // Floor 6: the command line.
        .executableTarget(
            name: "cohortium",
            dependencies: [
                "Hub", "Node", "Federation", "DICOMAdapter", "Synthesis", "OrthancServer", "Processes", "Disclosure", "Compiler", "SPARQL",
                "Hyperontology",
                "AtlasImport", "CohortQL", "CohortPlan",
                "Execution", "RDF", "HTTPClient", "Diagnostics", arguments, logging, signals, yaml,
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "cohortium-intensity", dependencies: ["CohortDispatch", "DICOMFile", arguments], swiftSettings: strict),

        .executableTarget(
            name: "sparql-benchmark", dependencies: ["SPARQL", "RDF", "Diagnostics"], path: "Benchmarks/SPARQL",
            exclude: ["README.md", "alternate.py", "compare.py", "enlarge.py", "http_load.py", "queries"], swiftSettings: strict),
        .executableTarget(
            name: "language-benchmark",
            dependencies: ["AtlasImport", "Compiler", "CohortQL", "CohortPlan", "Hyperontology", "Diagnostics"],
            path: "Benchmarks/Language", swiftSettings: strict),
        .executableTarget(name: "cohortium-rdf-reader", dependencies: ["RDF"], swiftSettings: strict),
        .executableTarget(
            name: "rdf-benchmark", dependencies: ["RDF", "Hyperontology"], path: "Benchmarks/RDF",
            exclude: ["README.md", "RESULTS.md", "compare.py", "closure.c"], swiftSettings: strict),

        .executableTarget(
            name: "omop-benchmark",
            dependencies: [
                "OMOPAdapter", "PostgresClient", "Execution", "CohortPlan", "Compiler", "Hyperontology", "Synthesis", "Diagnostics",
                "PostgresServer", sqlite,
            ], path: "Benchmarks/OMOP", swiftSettings: strict),

        .executableTarget(
            name: "dicom-benchmark",
            dependencies: [
                "DICOMAdapter", "LoopbackServer", "Execution", "CohortPlan", "Compiler", "Hyperontology", "HTTPClient", "Diagnostics",
                hummingbird, nioCore,
            ], path: "Benchmarks/DICOM", swiftSettings: strict),
        .executableTarget(
            name: "fhir-benchmark",
            dependencies: [
                "FHIRAdapter", "TestFHIRServer", "Execution", "CohortPlan", "Compiler", "Hyperontology", "HTTPClient", "Synthesis",
                "Diagnostics",
            ], path: "Benchmarks/FHIR", swiftSettings: strict),

        .executableTarget(
            name: "join-benchmark", dependencies: ["Execution", "CohortPlan"], path: "Benchmarks/Join", swiftSettings: strict),

        // What several tests use: a source over patients in memory; an archive and a PostgreSQL server of their own; the patients that ../shared holds in two models.
        .target(
            name: "TestArchive", dependencies: ["OrthancServer", "HTTPClient", "Processes"],
            path: "Tests/Support/TestArchive", swiftSettings: strict),
        .target(
            name: "LoopbackServer", dependencies: [hummingbird, nioCore, logging], path: "Tests/Support/LoopbackServer",
            swiftSettings: strict),
        .target(
            name: "TestFHIRServer", dependencies: ["LoopbackServer", "HTTPClient", hummingbird, httpTypes, nioCore],
            path: "Tests/Support/TestFHIRServer", swiftSettings: strict),
        .target(
            name: "PostgresServer", dependencies: ["Processes", sqlite], path: "Tests/Support/PostgresServer", swiftSettings: strict),
        .target(
            name: "InMemorySource", dependencies: ["Execution", "CohortPlan"], path: "Tests/Support/InMemorySource", swiftSettings: strict),
        .target(name: "PublishedPatients", dependencies: [sqlite], path: "Tests/Support/PublishedPatients", swiftSettings: strict),

        // A hub in the test's own process, nodes that say what the test wants, the built program as a child process.
        .target(
            name: "TestFederation",
            dependencies: [
                "Hub", "Federation", "Processes", "Synthesis", "Compiler", "Disclosure", "Execution", "CohortPlan", "Hyperontology",
                "HTTPClient", "Diagnostics", nioCore, nioPosix, nioSSL,
            ], path: "Tests/Support/TestFederation", swiftSettings: strict),

        tests("DiagnosticsTests", ["Diagnostics"]),
        tests("RDFTests", ["RDF", "cohortium-rdf-reader"]),

        tests("HTTPClientTests", ["TestFederation", "HTTPClient", "Federation"]),
        tests("PostgresClientTests", ["PostgresClient", "PostgresServer"]),
        tests("DICOMFileTests", ["DICOMFile"]),
        tests("CohortQLTests", ["CohortQL", "Diagnostics"]),
        tests("CohortPlanTests", ["CohortPlan"]),
        tests("HyperontologyTests", ["Hyperontology", "RDF", "Diagnostics", "cohortium-rdf-reader"]),
        tests("CompilerTests", ["Compiler", "CohortQL", "CohortPlan", "Hyperontology", "Diagnostics"]),
        tests("ExecutionTests", ["InMemorySource", "Execution", "CohortPlan", "Hyperontology", "Diagnostics"]),
        tests(
            "LanguageTests",
            ["InMemorySource", "Compiler", "CohortQL", "CohortPlan", "Execution", "Hyperontology", "Diagnostics", "cohortium"],
            exclude: ["lsp_client.py", "CQL/not-matched.txt"]),
        tests(
            "AtlasImportTests",
            [
                "AtlasImport", "InMemorySource", "PublishedPatients", "PostgresServer", "OMOPAdapter", "PostgresClient", "Compiler",
                "CohortQL",
                "CohortPlan", "Execution", "Hyperontology", "Diagnostics", sqlite,
            ]),
        tests(
            "QuestionTests",
            [
                "OMOPAdapter", "FHIRAdapter", "DICOMAdapter", "Synthesis", "Compiler", "Execution", "CohortPlan", "Hyperontology",
                "HTTPClient",
                "Diagnostics",
            ], exclude: ["Golden"]),
        tests("SPARQLTests", ["SPARQL", "RDF", "Diagnostics"]),
        tests(
            "FederatedSPARQLTests",
            ["FederatedSPARQL", "SPARQL", "Compiler", "CohortPlan", "CohortQL", "Hyperontology", "RDF", "Diagnostics"]),
        tests(
            "SPARQLEndpointTests", ["Hub", "SPARQL", "RDF", "HTTPClient", "Diagnostics", hummingbird, hummingbirdCore, nioCore, logging]),
        tests(
            "OMOPAdapterTests",
            [
                "PublishedPatients", "PostgresServer", "OMOPAdapter", "PostgresClient", "Execution", "CohortPlan", "Hyperontology",
                "Compiler", "Synthesis", "Diagnostics", sqlite,
            ]),
        tests(
            "FHIRAdapterTests",
            [
                "FHIRAdapter", "TestFHIRServer", "Execution", "CohortPlan", "Hyperontology", "Compiler", "Synthesis", "HTTPClient",
                "Diagnostics", sqlite,
            ]),
        tests(
            "DICOMAdapterTests",
            [
                "DICOMAdapter", "TestArchive", "LoopbackServer", "Execution", "CohortPlan", "Hyperontology", "Compiler", "Synthesis",
                "DICOMFile", "HTTPClient",
                "Diagnostics", hummingbird, httpTypes, nioCore,
            ]),
        tests("DisclosureTests", ["Disclosure", "Diagnostics", "Execution", "CohortPlan"]),
        tests("SynthesisTests", ["Synthesis", "CohortPlan", "Hyperontology", "DICOMFile", sqlite]),
        tests("FederationTests", ["Federation", "Diagnostics", "HTTPClient", "Disclosure", "CohortPlan", "Execution"]),
        tests(
            "HubTests",
            [
                "TestFederation", "Hub", "Federation", "Disclosure", "Execution", "CohortPlan", "Hyperontology", "HTTPClient",
                "Diagnostics",
            ]),
        tests(
            "CommandTests",
            [
                "TestFederation", "cohortium", "cohortium-rdf-reader", "Hub", "Federation", "Disclosure", "Execution", "CohortPlan",
                "HTTPClient", "Diagnostics",
            ]),
        tests(
            "FaultTests",
            [
                "TestFederation", "cohortium", "Hub", "Federation", "Disclosure", "Execution", "CohortPlan", "Processes", "Synthesis",
                "HTTPClient", "Diagnostics",
            ]),
        tests(
            "NodeTests",
            [
                "TestFederation", "Hub", "Federation", "HTTPClient", "Node", "DICOMAdapter", "FHIRAdapter", "PostgresClient", "Disclosure",
                "CohortPlan", "RDF",
                "Execution", "Hyperontology",
                "Compiler", "Synthesis", "Diagnostics", "InMemorySource", sqlite,
            ]),
        tests("CohortDispatchTests", ["CohortDispatch", "DICOMFile", "cohortium-intensity"]),
        tests("ArchitectureTests", []),
        tests(
            "DifferentialTests",
            [
                "Execution", "CohortPlan", "Compiler", "Hyperontology", "Synthesis", "OMOPAdapter", "FHIRAdapter", "PublishedPatients",
                "DICOMAdapter", "TestArchive", "PostgresClient", "PostgresServer", "HTTPClient", "Diagnostics", "InMemorySource",
            ]),
    ]
)

// Parsers under libFuzzer (Scripts/fuzz), which no usual build links.
if Context.environment["COHORTIUM_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "cohortium-fuzz",
            dependencies: [
                "AtlasImport", "CohortPlan", "CohortQL", "Compiler", "DICOMFile", "Diagnostics", "Disclosure", "Federation",
                "Hyperontology",
                "RDF", "SPARQL",
            ],
            path: "Fuzz", swiftSettings: strict))
}
