/// The check digits with which code systems guard their identifiers.
enum CheckDigits {
    /// Whether a code of the system can be one; true for systems without check digits.
    static func holds(for code: String, in system: String) -> Bool {
        switch system {
        case "snomed": holdsVerhoeff(code)
        case "loinc": holdsLOINC(code)
        default: true
        }
    }

    /// SNOMED CT identifiers: 6 to 18 digits, the last one by Verhoeff's dihedral scheme (SNOMED CT Release File Specification, appendix A).
    static func holdsVerhoeff(_ code: String) -> Bool {
        guard (6...18).contains(code.utf8.count), let digits = digits(code) else { return false }
        var check = 0
        for (place, digit) in digits.reversed().enumerated() {
            check = product(check, permuted(digit, times: place % 8))
        }
        return check == 0
    }

    /// LOINC codes: a number, a hyphen and its check digit by Luhn's mod 10 scheme (LOINC Users' Guide, appendix C). The letters
    /// before parts (`LP`), answers (`LA`) and groups (`LG`) count as digits of the value of their character less that of zero.
    static func holdsLOINC(_ code: String) -> Bool {
        let parts = code.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let check = digits(parts[1]), check.count == 1 else { return false }
        let number = parts[0].hasPrefix("L") ? parts[0].dropFirst(2) : parts[0]
        guard let values = digits(number), !values.isEmpty else { return false }
        var sum = check[0]
        for (place, byte) in parts[0].utf8.reversed().enumerated() {
            let value = Int(byte) - Int(UInt8(ascii: "0"))
            sum += place % 2 == 0 ? 2 * value - (value / 5) * 9 : value
        }
        return sum % 10 == 0
    }

    private static func digits(_ text: some StringProtocol) -> [Int]? {
        let values = text.utf8.map { Int($0) - Int(UInt8(ascii: "0")) }
        return values.allSatisfy((0...9).contains) ? values : nil
    }

    /// Multiplication in the dihedral group of the pentagon: 0 to 4 are its rotations, 5 to 9 its reflections.
    private static func product(_ left: Int, _ right: Int) -> Int {
        switch (left < 5, right < 5) {
        case (true, true): (left + right) % 5
        case (true, false): 5 + (left + right) % 5
        case (false, true): 5 + (left - right + 5) % 5
        case (false, false): (left - right + 5) % 5
        }
    }

    /// Verhoeff's permutation, applied several times.
    private static func permuted(_ digit: Int, times: Int) -> Int {
        let permutation = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
        return (0..<times).reduce(digit) { value, _ in permutation[value] }
    }
}
