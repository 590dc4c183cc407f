class A {
    fun ok() { fine(1) }
    fun broken( { val x = }
    fun after() { still(2) }
}
class B { val p = 1 }
