package lib;

import java.util.List;

public class Box {
    private List<String> items;

    @Override
    public String toString() {
        return items.toString();
    }

    void open(String key) {
        if (key == null) throw new IllegalArgumentException("key");
    }
}

class BoxTest {
    @Test
    void opens() {
        new Box().open("k");
    }
}
