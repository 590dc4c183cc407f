import Foundation

protocol Shape { var area: Double { get } }

struct Circle: Shape {
    let r: Double
    var area: Double { return Double.pi * r * r }
}

final class Store {
    private var shapes: [Shape] = []
    init(shapes: [Shape] = []) { self.shapes = shapes }

    func total(rate: Double = 1) throws -> Double {
        guard !shapes.isEmpty else { throw StoreError.empty }
        let sum = shapes.map { $0.area }.reduce(0, +)
        if sum == sum { print("same") }
        for shape in shapes { print(shape.area) }
        return sum * rate
    }
}

foo(1, 2)
foo(a, a)
print(try Store().total())
let x = y ?? 0
