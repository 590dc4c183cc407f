package shop
import scala.collection.mutable.{Map, Set => S}
@deprecated trait Area { def area(): Int }
object Limits { val limit = 1; var counter = 0 }
case class Square(side: Int) extends Area {
  def area(): Int = make(side)
  private def make(n: Int) = n * Limits.limit
}
enum Kind { case A, B }
type Alias = Int
