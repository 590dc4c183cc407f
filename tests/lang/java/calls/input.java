class Calls extends Base {
    Calls() {
        super(1, 2);
    }

    void run() {
        plain();
        this.member(1);
        super.run();
        Outer.super.run();
        a.b.method(x, y).chain();
        this.<String>generic(text);
        List.<Integer>of();
        new ArrayList<String>(10);
        new a.b.Type(1) {
            void inside() { nested(); }
        };
        outer.new Inner(2);
        new int[3];
        items.forEach(this::accept);
        Supplier<String> s = String::new;
        items.map(x -> twice(x)).filter((a, b) -> { return both(a, b); });
        int.class.getName();
        "text".length();
        array[0].call();
        Object o = (Foo) cast(value);
    }
}
