class A
{
    void Ok() { Fine(1); }
    void Broken( { int x = ; }
    void After() { Still(2); }
}
class B { public int P { get; } void More() { } }
