public import CohortPlan

/// How a population is spread over hospitals.
public enum ShareMode: String, Codable, Sendable, CaseIterable {
    /// Every hospital has all patients: one question has one answer everywhere.
    case same
    /// Every patient is at one hospital.
    case shares
}

/// Who is treated where.
public enum Shares {
    /// The patients of each hospital, in the population's order.
    ///
    /// Decided by the patient's identifier alone, so that a patient stays where they are when the population grows.
    /// - Returns: as many lists as there are nodes; a single empty population gives empty ones.
    public static func assign(_ population: [PatientRecord], nodes: Int, mode: ShareMode) -> [[PatientRecord]] {
        let count = max(1, nodes)
        guard mode == .shares, count > 1 else { return Array(repeating: population, count: count) }
        var shares = Array(repeating: [PatientRecord](), count: count)
        for patient in population { shares[node(of: patient.id, nodes: count)].append(patient) }
        return shares
    }

    private static func node(of patient: String, nodes: Int) -> Int {
        var random = SeededGenerator(text: patient)
        return Int(random.next() % UInt64(nodes))
    }
}
