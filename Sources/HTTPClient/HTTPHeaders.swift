/// Header fields in their order; names are found in any letter case (RFC 9110, section 5.1).
public struct HTTPHeaders: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    /// As they were written or received.
    public private(set) var fields: [(name: String, value: String)]

    public init(_ fields: [(name: String, value: String)] = []) { self.fields = fields }
    public init(dictionaryLiteral elements: (String, String)...) { fields = elements.map { (name: $0.0, value: $0.1) } }

    /// The first value of a name. Setting puts one field in place of all of that name; nil removes them.
    public subscript(name: String) -> String? {
        get { fields.first { HTTPHeaders.areSame($0.name, name) }?.value }
        set {
            fields.removeAll { HTTPHeaders.areSame($0.name, name) }
            if let newValue { fields.append((name, newValue)) }
        }
    }

    /// All values of a name, in their order.
    public func values(of name: String) -> [String] { fields.filter { HTTPHeaders.areSame($0.name, name) }.map(\.value) }

    /// Adds a field beside those that have its name already.
    public mutating func append(_ name: String, _ value: String) { fields.append((name, value)) }

    /// Equal when they have the same fields in the same order, names compared in any letter case.
    public static func == (left: HTTPHeaders, right: HTTPHeaders) -> Bool {
        left.fields.elementsEqual(right.fields) { areSame($0.name, $1.name) && $0.value == $1.value }
    }

    public func hash(into hasher: inout Hasher) {
        for (name, value) in fields {
            hasher.combine(name.lowercased())
            hasher.combine(value)
        }
    }

    private static func areSame(_ left: String, _ right: String) -> Bool { left.lowercased() == right.lowercased() }
}
