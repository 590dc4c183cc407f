println("a")
user.posts(1).filter { it.ok() }.map(::name)
user?.name(first = 1, last = x)
Foo.Bar<Int>(2)
run(1) { go() }
list.fold(0) { a, b -> a + b }
f(*args)
val p = "a" to 1
obj!!.run()
(g)(1)
object : Base(1), Other { override fun x() {} }
with(receiver) { call() }
plugins { id("kotlin") version "1.9" }
this.go()
super.close()
