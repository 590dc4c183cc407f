class Service(log: Logger) {
  private[this] val items: List[Int] = {
    val local = 1
    List(local)
  }
  lazy val cache = new Map(
    1
  )
  var count = 0
  val (a, b) = pair
  implicit val ordering: Ordering[Int] = ???

  def this(a: Int) = this(make(a))

  // Runs.
  @tailrec
  protected def run[A: Monad](item: A, rest: Int*)(implicit ec: Context): Either[String, A] = {
    def nested(n: Int): Int = n + 1
    val x: Foo = nested(2)
    item
  }
  def +(o: Service): Service = o
  def `quoted name`(): Unit = ()
  def procedure() { go() }
  abstract def todo(x: Int): Unit
}

extension (s: String)
  def shout: String = s.toUpperCase

given intOrd: Ordering[Int] with
  def compare(a: Int, b: Int) = a - b
given Show[String] = Show.show(identity)

def topLevel(x: Int)(using Context): Int = x
val topValue = 1
