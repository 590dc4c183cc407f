using System;
namespace Inner {
    interface IArea { int Area(); }
    struct Point { public int X; }
    enum Kind { A, B }
    class Square : IArea {
        int side;
        public int Area() { throw new Exception("x"); }
        [Fact] public void Makes() { Area(); }
    }
}
