public import CohortPlan
import Foundation
import FoundationXML
import Testing

/// The machine-readable tables of UCUM against the units that are read here, where they are present.
@Suite struct UCUMConformanceTests {
    /// A unit as the tables define it.
    struct Entry: Sendable, CustomTestStringConvertible {
        let code: String
        var isMetric = false
        var isArbitrary = false
        var isSpecial = false
        /// So many of ``unit`` are one of it.
        var value = ""
        var unit = ""

        var testDescription: String { code }
    }

    private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared/conformance/ucum/ucum-essence.xml")
    static let isPresent = FileManager.default.fileExists(atPath: file.path)
    static let tables = UCUMTables.read(file)

    /// Where our reading differs on purpose.
    static let differences = ["mol": "an amount of substance is a dimension of its own, so that it is not compared with a number of things"]

    @Test(.enabled(if: isPresent, "skipped: the tables of UCUM are not here")) func theTablesAreRead() {
        #expect(Self.tables.prefixes.count == 24 && Self.tables.bases.count == 7 && Self.tables.units.count > 300)
    }

    @Test(.enabled(if: isPresent), arguments: tables.units + tables.bases) func isRead(_ entry: Entry) throws {
        let unit = try #require(UCUMUnit(entry.code))
        #expect(unit.order(1, 1, in: unit) == .orderedSame)
        #expect(unit.order(1, 2, in: unit) == .orderedAscending)
        for prefix in Self.tables.prefixes {
            // `cd`, `Pa`, … are units of their own.
            let code = prefix.symbol + entry.code
            guard !Self.tables.codes.contains(code), !Self.isPrefixed(code, otherThan: entry.code) else { continue }
            let prefixed = UCUMUnit(code)
            guard entry.isMetric, !Self.hasZeroOfItsOwn(entry) else {
                #expect(prefixed == nil, "\(code)")
                continue
            }
            #expect(try #require(prefixed, "\(code)").order(1, try decimal(prefix.value), in: unit) == .orderedSame, "\(code)")
        }
    }

    @Test(.enabled(if: isPresent), arguments: tables.units.filter { !$0.isArbitrary && !$0.isSpecial && $0.value.utf8.count < 30 })
    func isWhatTheTableSays(_ entry: Entry) throws {
        let (unit, defining) = (try #require(UCUMUnit(entry.code)), try #require(UCUMUnit(entry.unit)))
        guard Self.differences[entry.code] == nil else {
            #expect(!unit.isCommensurable(with: defining), "\(entry.code) is no difference any more")
            return
        }
        let value = try decimal(entry.value)
        #expect(unit.order(1, value, in: defining) == .orderedSame)
        #expect(defining.order(value, 1, in: unit) == .orderedSame)
        // The last digit counts.
        let more = ExactDecimal(value.value * (1 + Decimal(string: "1e-20")!))
        #expect(unit.order(1, more, in: defining) == .orderedAscending)
        #expect(defining.order(more, 1, in: unit) == .orderedDescending)
    }

    /// Its value has more digits than a number of a query.
    @Test func theCircleIsExact() throws {
        let (pi, one) = (try #require(UCUMUnit("[pi]")), try #require(UCUMUnit("1")))
        #expect(pi.order(1, try decimal("3.14159265358979323846264338327"), in: one) == .orderedDescending)
        #expect(pi.order(1, try decimal("3.14159265358979323846264338328"), in: one) == .orderedAscending)
        #expect(try #require(UCUMUnit("circ")).order(1, 360, in: try #require(UCUMUnit("deg"))) == .orderedSame)
    }

    /// Arbitrary units and scales are equal to themselves alone.
    @Test(.enabled(if: isPresent), arguments: tables.units.filter { $0.isArbitrary || $0.isSpecial })
    func standsAlone(_ entry: Entry) throws {
        let unit = try #require(UCUMUnit(entry.code))
        let family = ["[IU]": "[iU]", "[iU]": "[IU]"][entry.code]
        let temperatures: Set = ["Cel", "[degF]", "[degRe]", "K", "[degR]"]
        for other in Self.tables.units + Self.tables.bases where other.code != entry.code && other.code != family {
            if temperatures.isSuperset(of: [entry.code, other.code]) { continue }
            #expect(!unit.isCommensurable(with: try #require(UCUMUnit(other.code))), "\(other.code)")
        }
        if entry.isSpecial {
            #expect(!unit.isProportional)
            #expect(UCUMUnit("\(entry.code)2") == nil && UCUMUnit("m/\(entry.code)") == nil && UCUMUnit("\(entry.code).s") == nil)
        }
    }

    @Test(
        arguments: [
            ("37", "Cel", "98.6", "[degF]"), ("37", "Cel", "310.15", "K"), ("-40", "Cel", "-40", "[degF]"), ("0", "K", "-273.15", "Cel"),
            ("80", "[degRe]", "100", "Cel"), ("212", "[degF]", "671.67", "[degR]"), ("1", "mmol/L", "0.001", "mol/L"),
            ("1", "U/L", "1", "umol/min/L"),
            ("120", "mm[Hg]", "15998.64", "Pa"), ("1", "[lb_av]", "453.59237", "g"), ("1", "ng/mL", "1", "ug/L"),
            ("5", "10*9/L", "5000", "/uL"),
            ("1", "mg/(kg.d)", "1", "(mg/kg)/d"), ("1", "kg.m/s2", "1", "N"), ("1", "8.h{shift}", "28800", "s"),
            ("2", "10.uN.s", "20", "uN.s"),
            ("1", "{score}", "1", "1"), ("1", "mo_j", "2629800", "s"), ("1", "10^3", "1000", "1"), ("1", "m-2", "0.0001", "cm-2"),
            ("20", "dB", "2", "B"),
        ])
    func isEqual(_ left: String, _ unit: String, _ right: String, _ other: String) throws {
        let (first, second) = (try #require(UCUMUnit(unit)), try #require(UCUMUnit(other)))
        #expect(first.order(try decimal(left), try decimal(right), in: second) == .orderedSame)
        let converted = try #require(first.converted(try decimal(left).value, to: second))
        #expect(abs(converted - (try decimal(right).value)) < Decimal(string: "1e-30")!)
    }

    @Test(arguments: [
        "mm0", "m^2", "kg m", "m//s", "m.", ".m", "(m", "m)", "()", "{a}{b}", "{a{b}}", "[", "]", "[foo]", "kmin", "k%", "µm", "mg/dl ",
        " g", "-1",
        "0", "Cel2", "mCel", "Cel/h", "[pH].s", "m31", "m--1", "d[Hg]", "kk[Hg]",
    ]) func isNone(_ code: String) { #expect(UCUMUnit(code) == nil) }

    @Test func manyFactorsStayExact() throws {
        let long = try #require(UCUMUnit("Ym30.Ym30.Ym30.Ym30.ym-30.ym-30/Ym30/Ym30/Ym30/Ym30/ym-30/ym-30"))
        #expect(long.order(1, 1, in: try #require(UCUMUnit("1"))) == .orderedSame)
        #expect(
            long.order(ExactDecimal(1), try decimal("1.000000000000000000000000001"), in: try #require(UCUMUnit("1"))) == .orderedAscending)
    }

    /// Whether a code can be read as a prefix and another unit too.
    private static func isPrefixed(_ code: String, otherThan own: String) -> Bool {
        tables.prefixes.contains { prefix in
            code.hasPrefix(prefix.symbol) && code.dropFirst(prefix.symbol.count) != own
                && tables.metric.contains(String(code.dropFirst(prefix.symbol.count)))
        }
    }

    private static func hasZeroOfItsOwn(_ entry: Entry) -> Bool { entry.code == "Cel" }

    private func decimal(_ text: String) throws -> ExactDecimal { ExactDecimal(try #require(Decimal(string: text))) }
}

extension ExactDecimal: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int) { self.init(value) }
}

/// What the file says.
struct UCUMTables: Sendable {
    var prefixes: [(symbol: String, value: String)] = []
    var bases: [UCUMConformanceTests.Entry] = []
    var units: [UCUMConformanceTests.Entry] = []

    var codes: Set<String> { Set((bases + units).map(\.code)) }
    var metric: Set<String> { Set((bases + units).filter(\.isMetric).map(\.code)) }

    static func read(_ file: URL) -> UCUMTables {
        guard let parser = XMLParser(contentsOf: file) else { return UCUMTables() }
        let reader = Reader()
        parser.delegate = reader
        return parser.parse() ? reader.tables : UCUMTables()
    }

    private final class Reader: NSObject, XMLParserDelegate {
        var tables = UCUMTables()
        private var path: [String] = []

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String] = [:]
        ) {
            let parent = path.last
            path.append(name)
            let code = attributes["Code"] ?? ""
            switch (name, parent) {
            case ("prefix", _): tables.prefixes.append((code, ""))
            case ("value", "prefix"): tables.prefixes[tables.prefixes.count - 1].value = attributes["value"] ?? ""
            case ("base-unit", _): tables.bases.append(UCUMConformanceTests.Entry(code: code, isMetric: true))
            case ("unit", _):
                tables.units.append(
                    UCUMConformanceTests.Entry(
                        code: code, isMetric: attributes["isMetric"] == "yes", isArbitrary: attributes["isArbitrary"] == "yes",
                        isSpecial: attributes["isSpecial"] == "yes"))
            case ("value", "unit"):
                tables.units[tables.units.count - 1].value = attributes["value"] ?? ""
                tables.units[tables.units.count - 1].unit = attributes["Unit"] ?? ""
            default: break
            }
        }

        func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) { path.removeLast() }
    }
}
