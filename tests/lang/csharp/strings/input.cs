// Line.
/* Block. */
/** Doc block. */
/// <summary>Doc.</summary>
class A
{
    string a = "plain\n";
    string b = @"verbatim ""x""";
    string c = $"hello {name.ToUpper(),10:F2} end";
    string d = """
        raw "text"
        """;
    string e = $@"both {f(1)}";
    char f = 'c';
    void M(List<string> p, int? q = null)
    {
        Foo.Bar v = (Foo)p; // trailing
        foreach (Item item in p) { }
        try { } catch (IOException e) when (e.Ok) { }
        if (p is Line l) { }
        Get(out Result r);
    }
}
