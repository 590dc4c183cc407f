class Members {
    public static final int MAX = 3, MIN = -1;
    private final List<String> names = new ArrayList<>(10), others[];
    static final Map<String, Integer> TABLE = Map.of(
        "a", 1);
    protected @Nullable String text;

    static { init(); }
    { other(); }

    /** Makes one. */
    public Members(int size, String... rest) throws IOException {
        this(size);
    }

    @Override
    public <R> R apply(Function<? super T, R> f, final int[] a) { return null; }

    abstract int[] array()[];
    native void call();
    synchronized void locals() {
        int local = 3;
        for (final String name : names) {}
        try (Reader in = open()) {} catch (IOError | Other e) {}
        String block = """
            text "quoted" // no comment
            """;
        char c = '"';
    }
}
