/// An IRI reference in its five parts (RFC 3986, section 3; RFC 3987 gives IRIs the same form).
public struct IRIReference: Sendable {
    var scheme: ArraySlice<UInt8>?
    var authority: ArraySlice<UInt8>?
    var path: ArraySlice<UInt8>
    var query: ArraySlice<UInt8>?
    var fragment: ArraySlice<UInt8>?

    init(_ text: some Sequence<UInt8>) {
        var rest = Array(text)[...]
        if let mark = rest.firstIndex(of: UInt8(ascii: "#")) {
            fragment = rest[(mark + 1)...]
            rest = rest[..<mark]
        }
        if let mark = rest.firstIndex(of: UInt8(ascii: "?")) {
            query = rest[(mark + 1)...]
            rest = rest[..<mark]
        }
        if let length = Self.schemeLength(rest) {
            scheme = rest.prefix(length)
            rest = rest.dropFirst(length + 1)
        }
        if rest.starts(with: Array("//".utf8)) {
            rest = rest.dropFirst(2)
            let end = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
            authority = rest[..<end]
            rest = rest[end...]
        }
        path = rest
    }

    /// Whether a text has a scheme, so that it needs no base.
    public static func isAbsolute(_ text: String) -> Bool { schemeLength(Array(text.utf8)[...]) != nil }

    /// A reference resolved against an absolute base, as ``resolved(against:)`` does.
    public static func resolve(_ reference: String, against base: String) -> String {
        String(decoding: IRIReference(reference.utf8).resolved(against: IRIReference(base.utf8)), as: UTF8.self)
    }

    /// The length of a scheme that ends in a colon; nil when the text starts with none.
    static func schemeLength(_ text: ArraySlice<UInt8>) -> Int? {
        for (index, byte) in text.enumerated() {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): continue
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
                if index == 0 { return nil }
            case UInt8(ascii: ":"): return index == 0 ? nil : index
            default: return nil
            }
        }
        return nil
    }

    /// The text of this reference resolved against a base (RFC 3986, section 5.2). One with a scheme stays as it is: RDF compares
    /// IRIs as they are written.
    func resolved(against base: IRIReference) -> [UInt8] {
        guard scheme == nil else { return text }
        var target = self
        target.scheme = base.scheme
        if authority != nil {
            target.path = Self.withoutDots(path)
        } else {
            target.authority = base.authority
            if path.isEmpty {
                target.path = base.path
                if query == nil { target.query = base.query }
            } else if path.first == UInt8(ascii: "/") {
                target.path = Self.withoutDots(path)
            } else {
                target.path = Self.withoutDots(merged(with: base))
            }
        }
        return target.text
    }

    /// Section 5.2.3.
    private func merged(with base: IRIReference) -> ArraySlice<UInt8> {
        if base.authority != nil, base.path.isEmpty { return [UInt8(ascii: "/")] + path }
        guard let slash = base.path.lastIndex(of: UInt8(ascii: "/")) else { return path }
        return base.path[...slash] + path
    }

    /// Section 5.2.4.
    private static func withoutDots(_ path: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let slash = UInt8(ascii: "/")
        let isAbsolute = path.first == slash
        var kept: [ArraySlice<UInt8>] = []
        let segments = (isAbsolute ? path.dropFirst() : path).split(separator: slash, omittingEmptySubsequences: false)
        for (index, segment) in segments.enumerated() {
            let isLast = index == segments.count - 1
            if segment.elementsEqual(".".utf8) {
                if isLast { kept.append([]) }
            } else if segment.elementsEqual("..".utf8) {
                _ = kept.popLast()
                if isLast { kept.append([]) }
            } else {
                kept.append(segment)
            }
        }
        return (isAbsolute ? [slash] : []) + kept.joined(separator: [slash])
    }

    /// Section 5.3.
    var text: [UInt8] {
        var text: [UInt8] = []
        if let scheme { text += scheme + [UInt8(ascii: ":")] }
        if let authority { text += Array("//".utf8) + authority }
        text += path
        if let query { text += [UInt8(ascii: "?")] + query }
        if let fragment { text += [UInt8(ascii: "#")] + fragment }
        return text
    }
}
