// Line.
/* Block. */
/** Doc. */
object A {
  val s = "plain"
  val i = s"text $name and ${call(1)} end"
  val t = """raw
    text"""
  val u = f"""multi ${x.y}%2d"""
  val c = 'c'
  val sym = 'symbol
  def f(a: List[String], b: => Int): Unit = (x: Int) => x
}
