package com.example
package shapes {

/** A point. */
@SerialVersionUID(1L)
final case class Point[T <: Any](x: Int, private val y: T = 0)(implicit z: Z) extends Base(x) with Shape {
  class Inner
}

object Point extends App {
  val Origin = Point(0, 0)
}

class Plain(a: Int, val b: Int, var c: String)

sealed trait Shape[+F[_]] extends Any { self: Foo =>
  type Out
  type Alias = Map[String, Int]
  def area: Double
  val name: String
  var state: Int
}

package object util { def helper = 1 }
case object Empty extends Shape[Id]
abstract class Functor[F[_]] { def map[A, B](fa: F[A])(f: A => B): F[B] }
}

enum Color(val rgb: Int):
  case Red extends Color(1)
  case Green, Blue
  case Mix(a: Int)
  def label: String = "x"
end Color
