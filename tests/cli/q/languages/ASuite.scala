package shop
class SquareSuite extends munit.FunSuite {
  test("area") { assert(Square(1).area() == 1) }
}
