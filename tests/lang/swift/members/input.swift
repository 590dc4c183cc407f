class Service {
    static let shared = Service(a: 1)
    private(set) var x: Int = 0, y: Int
    lazy var computed: Int { get { 1 } set { let z = 1; go(newValue, z) } }
    @Published var name: String? {
        didSet { let old = 1; log(old) }
    }
    let block: (Int) -> Void = { n in
        let local = n
    }
    init?(x: Int, _ y: Int = 0) throws { self.x = x }
    deinit { close() }
    subscript(index: Int) -> Element { items[index] }

    // Runs.
    @discardableResult
    public func run<U>(with item: U, rest: Int...) async throws -> [String: U] {
        func nested(_ n: Int) -> Int { n + 1 }
        let local: Foo = nested(2)
        return item.map { $0.ok() }
    }
    static func + (a: Service, b: Service) -> Service { a }
    class func make() {}
    #if DEBUG
    func debug() {}
    #endif
}
let top = 1
var (left, right) = pair
func main(_ a: [Int], handler: @escaping (Int) -> Void) {}
