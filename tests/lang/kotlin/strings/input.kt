#!/usr/bin/env kotlin
// Line.
/* Block. */
/** Doc. */
fun f(a: List<String>, b: Int?) {
    val s = "text $a and ${b.toString()} end"
    val t = """
        raw ${call(1)}
    """
    val c = 'c'
    if (a is String) { }
    try { } catch (e: IOException) { }
    for (i: Int in a) { }
}
