package a;
import java.util.List;
public class A {
    static final int LIMIT = 1;
    interface Area { int area(); }
    enum Kind { X, Y }
    @Override public String toString() { return make(); }
    String make() { throw new IllegalStateException("x"); }
    @Test void makes() { make(); }
}
