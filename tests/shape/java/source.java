package shop.orders;

import java.util.List;
import java.util.stream.*;
import static java.util.Objects.requireNonNull;

/** An order. */
@Entity(name = "orders")
public class Order<T extends Item> extends Base implements Comparable<Order<T>> {
    private static final Logger LOG = Logger.getLogger(Order.class.getName());
    private final List<T> items;
    @Nullable protected String owner = null;
    int a, b = 2;

    public Order(List<T> items) {
        this.items = requireNonNull(items);
    }

    @Override
    public int compareTo(Order<T> other) {
        return Integer.compare(total(), other.total());
    }

    public int total() {
        int sum = 0;
        for (T item : items) {
            sum += item.price();
        }
        for (int i = 0; i < 10; i++) { sum++; }
        if (sum == sum || owner.equals(owner)) {
            LOG.info("total " + sum);
        }
        return sum > 0 ? sum : 0;
    }

    List<String> names() throws IOException {
        try (Reader reader = open()) {
            return items.stream().map(i -> i.name()).filter(n -> !n.isEmpty()).collect(Collectors.toList());
        } catch (IOException | RuntimeException e) {
            throw new IllegalStateException("no names", e);
        } finally {
            System.out.println("done");
        }
    }

    void misc(Object o) {
        String s = (String) o;
        if (o instanceof String) System.out.println(s);
        foo(a, a);
        foo(a, b);
        foo(a, b, 1);
        var list = new ArrayList<String>();
        Runnable r = () -> { foo(1); };
        Function<String, Integer> f = String::length;
        switch (a) { case 1: foo(2); break; default: foo(); }
        synchronized (this) { a = b; }
    }

    enum State { OPEN, CLOSED }
    interface Visitor { void visit(Order<?> order); }
    record Point(int x, int y) {}
}
