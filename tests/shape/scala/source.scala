package shop

import scala.collection.mutable.{Map => MMap, Set}

sealed trait Shape { def area: Double }
case class Circle(r: Double) extends Shape { def area: Double = math.Pi * r * r }
case class Square(side: Double) extends Shape { val area = side * side }

object Shapes {
  val cache = MMap.empty[String, Shape]
  def total(shapes: List[Shape], rate: Int = 1): Double = {
    val sum = shapes.map(_.area).sum
    if (sum == sum) println("same")
    for (s <- shapes if s.area > 0) yield s.area
    shapes.headOption match {
      case Some(Circle(r)) => r
      case Some(_) => 1
      case None => throw new RuntimeException("none")
    }
  }
  foo(1, 2)
  foo(a, a)
  println(total(Nil))
}
