import CohortPlan
import Testing

@testable import Synthesis

@Suite("Shares of a population")
struct SharesTests {
    @Test("are disjoint, complete and of similar size", arguments: [1, 2, 3, 7])
    func disjoint(_ nodes: Int) throws {
        let population = try Fixture.population.get()
        let shares = Shares.assign(population, nodes: nodes, mode: .shares)
        #expect(shares.count == nodes)
        #expect(shares.flatMap { $0 }.sorted { $0.id < $1.id } == population)
        for share in shares {
            #expect(abs(Double(share.count) * Double(nodes) / Double(population.count) - 1) < 0.3)
            #expect(share.map(\.id) == share.map(\.id).sorted())
        }
        #expect(Shares.assign(population, nodes: nodes, mode: .shares) == shares)
    }

    @Test("give every hospital everybody when told so")
    func same() throws {
        let population = try Fixture.patients(50)
        #expect(Shares.assign(population, nodes: 3, mode: .same) == [population, population, population])
    }

    @Test("leave a patient where they are when the population grows")
    func stable() throws {
        let population = try Fixture.population.get()
        let small = Shares.assign(Array(population.prefix(100)), nodes: 3, mode: .shares)
        let large = Shares.assign(population, nodes: 3, mode: .shares)
        for (few, many) in zip(small, large) { #expect(Array(many.prefix(few.count)) == few) }
    }
}
