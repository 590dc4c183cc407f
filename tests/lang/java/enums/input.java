enum Color implements Named {
    /** Warm. */
    RED(1) {
        @Override
        String label() { return "r"; }
    },
    @Deprecated GREEN,
    BLUE;

    private final int code;

    Color() { this(0); }

    Color(int code) { this.code = code; }

    static Color parse(String text) {
        switch (text) {
            case "r": return RED;
            default: return valueOf(text);
        }
    }
}

enum Empty {}
