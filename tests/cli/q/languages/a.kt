package a

import b.Thing

const val LIMIT = 1
typealias Alias = Int

interface Area {
    fun area(): Int
}

class Square(val side: Int) : Area {
    override fun area(): Int {
        return make(side)
    }
}

fun make(n: Int): Int {
    throw Error("x")
}

@Test
fun makes() {
    make(1)
}
