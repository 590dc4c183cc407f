package shop.core;
import java.util.*;
import shop.api.Item;
import static shop.api.Tools.check;
import static shop.api.Consts.*;

@Service(name = Names.MAIN)
public class Store<K extends Comparable<K> & Base> extends Shelf<K> implements Runnable, Api.Inner {
    private final List<Item> items = new ArrayList<>(), more[];
    @Deprecated static int count;

    Store(int size, @Nullable Item... rest) { super(size); this.items.add(rest[0].copy()); }
    Store() { this(1); }
    record Pair(int left, Item right) {}
    enum Level implements Api {
        LOW(1) { void up() { step(); } }, HIGH;
        void step() { LOW.up(); this.step(); }
    }
    interface Shape extends A, B<Item> { int SIDES = 3; double area(); }

    @Override public <R> R go(Map<String, Item> all) throws Bad {
        int count = count();
        outer:
        for (Item it : items) { it.run(); continue outer; }
        for (var it : all.values()) it.stop();
        try (Reader r = open(); more) { r.read(); } catch (A | Bad e) { e.print(); }
        Item x = (Item) get(0);
        var z = all.get("a").<Item>map(Item::name, Store::new, this::go, a -> a.b(), (p, q) -> p.c(q), (Item i) -> i.d());
        if (x instanceof Tool w && w.ok()) { w.use(); } else if (x instanceof Other w) { w.fly(); }
        switch (x) {
            case Tool k -> k.use();
            case Pair(Item l, var m) -> l.run();
            default -> check(x);
        }
        new Item("a") { void m() { n(); } }.run();
        outer.new Inner<K>();
        Store.this.go(null).fly();
        super.go(all);
        Api.super.help();
        Item[] list = new Item[3];
        list[0].run();
        Map.Entry<String, Item> entry = first();
        entry.getValue().run();
        String name = Item.class.getName() + "x".trim();
        return (x == null ? list[1] : x).self();
    }
}
