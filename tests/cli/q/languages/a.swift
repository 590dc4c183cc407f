import Foundation
let limit = 1
typealias Alias = Int
protocol Area { func area() -> Int }
struct Square: Area { var side = 1; func area() -> Int { return make() } }
enum Kind { case a, b }
class Tests { func testMake() { make() } }
func make() -> Int { return 1 }
