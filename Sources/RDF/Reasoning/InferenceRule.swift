/// The rules by which a ``Reasoner`` infers, under their names in OWL 2 RL (OWL 2 Profiles, section 4.3).
///
/// SKOS and SSSOM need no rules of their own: ``Reasoner/skosAxioms`` and ``Reasoner/mappingAxioms`` state what their properties mean.
public enum InferenceRule: String, Sendable, CaseIterable {
    /// A subclass's subclass is one; so are all classes of a cycle of each other.
    case subclassTransitivity = "scm-sco"
    /// Equivalent classes are subclasses of each other.
    case equivalentToSubclass = "scm-eqc1"
    /// Classes that are subclasses of each other are equivalent.
    case subclassToEquivalent = "scm-eqc2"
    case subpropertyTransitivity = "scm-spo"
    case equivalentToSubproperty = "scm-eqp1"
    case subpropertyToEquivalent = "scm-eqp2"
    /// A restriction is a subclass of one to the same property with a wider class.
    case restrictionOfWiderClass = "scm-svf1"
    /// A restriction is a subclass of one to a wider property with the same class.
    case restrictionOfWiderProperty = "scm-svf2"
    /// What has a property's value of the restriction's class is in the restriction.
    case restrictionMembership = "cls-svf1"
    /// A member of a class is one of its superclasses.
    case classMembership = "cax-sco"
    /// A property's value is one of its superproperties.
    case propertyValue = "prp-spo1"
    /// The values of a property's values are values of another, as a chain of two properties says.
    case propertyChain = "prp-spo2"
    /// An inverse property, in the direction in which it is declared.
    case inverseForward = "prp-inv1"
    /// An inverse property, against the direction in which it is declared.
    case inverseBackward = "prp-inv2"
    case transitivity = "prp-trp"
    case symmetry = "prp-symp"
}

/// One step of an explanation.
public struct InferenceStep: Hashable, Sendable {
    public let conclusion: Triple
    /// Nil for what was stated.
    public let rule: InferenceRule?
    /// What the rule was applied to; each is the conclusion of an earlier step.
    public let premises: [Triple]
}
