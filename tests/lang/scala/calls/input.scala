object Main {
  println("a")
  user.posts(1).filter(_.ok()).map { x => f(x) }
  new a.b.Point[Int](1, 2)
  new Thread { override def run() = go() }
  build(a = 1, b = c)
  fold(0)(_ + _)
  xs map double
  cats.data.Chain.one[Int](1)
  f(xs: _*)
  (g)(1)
  a + b
  list.foreach { case (k, v) => use(k) }
  for { x <- get(1); y = h(x) } yield y
  Option.empty[Int]
}
