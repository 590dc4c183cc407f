// What the grammar misreads.
@Target(X)
public annotation class First

/** Second. */
@Target(Y)
sealed class Second

@Target(Z)
fun last() = Json.decode<Foo>(text)
