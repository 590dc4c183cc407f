namespace App;

public abstract class Service(ILogger log, int size = 3) : Base(log)
{
    public const int Max = 10, Min = 1;
    private static readonly Dictionary<string, int> Cache = new()
    {
        ["a"] = 1,
    };
    private readonly ILogger _log = log;
    [Inject] protected int a, b = 2;
    public event EventHandler? Changed;
    public event EventHandler Custom { add { Hook(value); } remove { } }

    static Service() { }
    public Service(string name) : this(null, 1) { Name = name; }
    ~Service() => Close();

    /// Name of it.
    public string Name { get; private set; } = "x";
    public int Count => items.Count;
    public string Full
    {
        get { return First(); }
        set => Set(value);
    }
    public int this[int index] { get => items[index]; }

    [HttpGet("/x")]
    public async Task<List<int>> RunAsync<T>(T item, params int[] rest) where T : new()
    {
        int Local(int n) => n + 1;
        return await Local(2);
    }

    int IExplicit.Get() => 1;
    protected abstract void Todo();
    extern static int Native(ref int a, out string b);
    public static Service operator +(Service a, Service b) => a;
    public static implicit operator int(Service s) => 1;
#if DEBUG
    void Debug() { }
#else
    void Release() { }
#endif
    #region Tail
    void Last() { }
    #endregion
}
