package shop

import kotlin.math.max

data class Item(val name: String, val price: Int = 0)

interface Source { fun read(path: String): String? }

class Order(private val items: List<Item>, var owner: String? = null) : Base(), Comparable<Order> {
    val size: Int get() = items.size

    override fun compareTo(other: Order): Int = total() - other.total()

    fun total(rate: Int = 1): Int {
        var sum = 0
        for (item in items) { sum += item.price }
        items.forEach { println(it.name) }
        if (sum == sum) return 0
        val best = items.map { it.price }.maxOrNull() ?: 0
        return when (rate) { 1 -> sum; else -> max(sum, best) * rate }
    }

    companion object { fun of(vararg items: Item) = Order(items.toList()) }
}

fun main() {
    foo(1, 2)
    foo(a, a)
    println(Order(emptyList()).total())
    try { check(false) } catch (e: Exception) { println(e) }
}
