void run(std::vector<int> items, int first = start())
{
    plain();
    this->member(1);
    a->b.method(2);
    ns::f(3);
    ns::g<int>(4);
    std::make_unique<Map<int>>(1, 2);
    auto *p = new Point(1);
    auto q = new geo::Point{2, 3};
    use(Point{4});
    delete p;
    int n = static_cast<int>(x) + int(y);
    auto each = [&](int a) { return twice(a); };
    (*pointer)(1);
    table[0](1);
    throw Error("text");
    for (auto &item : list()) {}
    try { risky(); } catch (const Error &e) {}
    int local;
    struct Nested { int a; };
    if (ready()) return;
}
