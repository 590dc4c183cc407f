package app

const val LIMIT = 10
val top: List<Int> = listOf(
    1,
)
var counter by lazy { val inner = 1; inner }
private val String.shout: String
    get() = uppercase()

abstract class Service<T>(log: Logger) {
    @Inject lateinit var name: String
    val size: Int
        get() {
            val local = 1
            return local
        }
    var other = 1
        private set
    init {
        val temp = 2
    }

    constructor(a: Int, b: Int) : this(make(a)) {
        run(b)
    }

    // Runs.
    @Throws(IOException::class)
    suspend inline fun <reified R> run(item: T, vararg rest: Int, block: (T) -> R): R? {
        fun nested(n: Int) = n + 1
        val x: Foo<Int> = nested(2)
        return block(item)
    }
    protected abstract fun todo(): Unit
    infix fun plus(o: Service<T>) = this
    operator fun get(i: Int): T = TODO()
}

fun <T> List<T>.second(): T = this[1]
fun String?.orNone(): String = this ?: "none"
internal fun main(args: Array<String>) {}
