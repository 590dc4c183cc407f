/// A point.
@available(iOS 13, *)
public final class Point<T: Any>: Base, Shape where T: Codable {
    struct Inner {}
}
struct Size { let w, h: Double }
enum Mode: Int, CaseIterable {
    case none = 0, read
    /// Writes.
    case write(Int, name: String)
    indirect case both(Mode)
    var label: String { "x" }
}
protocol Drawable: AnyObject {
    associatedtype Item: Equatable
    var area: Double { get }
    static var count: Int { get set }
    func draw(on canvas: Canvas) throws -> Item
    init(a: Int)
}
extension Point: Equatable where T: Hashable { func eq() {} }
extension Outer.Nested { static func make() {} }
actor Store { }
typealias Handler<T> = (Int) -> T
infix operator **: Prec
