@file:JvmName("Shapes")
package com.example.shapes

/** A point. */
@Serializable
data class Point<T : Any>(val x: Int, @JvmField private var y: Int = 0, plain: T?) : Base(x), Shape by delegate {
    inner class Inner
}

sealed interface Shape : Comparable<Shape> {
    val area: Double
    fun draw(canvas: Canvas)
    fun name(): String = "shape"
}

fun interface Handler { operator fun invoke(e: Event): Unit }

enum class Mode(val bits: Int) {
    NONE(0),
    /** Reads. */
    READ(1) {
        override fun run() {}
    },
    @Deprecated("x") WRITE(2);

    abstract fun run()
    companion object {
        const val DEFAULT = 1
        fun parse(s: String): Mode = valueOf(s)
    }
}

object Registry : Store() {
    private val items = mutableMapOf<String, Int>()
}

class Named {
    companion object Factory { fun make() = Named() }
}
annotation class Marker(val name: String)
typealias Callback<T> = (T) -> Unit
value class Id(val raw: Long)
