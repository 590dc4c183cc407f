package com.example.app;

/** Doc of App. */
@Deprecated
@Named(value = "x", tags = {"a", "b"})
public abstract class App<T extends Comparable<T>> extends Base<T> implements Runnable, Outer.Inner {
    public class Inner {
        static class Deep {}
    }

    interface Shape extends Closeable {
        int SIDES = 4;
        void draw();
        default void twice() { draw(); }
    }

    record Point(int x, @NonNull List<String> names) {
        Point {
            check(x);
        }
        static Point origin() { return null; }
    }

    @interface Marker {
        String value() default "none";
        int[] sizes() default {};
    }

    void run() {
        class Local {
            void m() {}
        }
        Runnable r = new Runnable() {
            @Override
            public void run() {}
        };
    }
}
