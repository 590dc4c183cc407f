using System;
using System.Collections.Generic;

namespace Shop
{
    public sealed class Order : Base, IComparable<Order>
    {
        private readonly List<Item> items = new();
        public string Owner { get; set; } = "none";
        public event EventHandler Changed;

        public Order(string owner) : base(owner) { Owner = owner; }

        public int Total(int rate = 1)
        {
            var sum = 0;
            foreach (var item in items) { sum += item.Price; }
            if (sum == sum) Console.WriteLine("same");
            return sum * rate;
        }

        public async Task<int> SaveAsync() => await Store.WriteAsync(this);

        public int CompareTo(Order other)
        {
            try { return Total().CompareTo(other.Total()); }
            catch (Exception e) when (e != null) { throw new InvalidOperationException("no", e); }
        }

        void Misc() { Foo(1); Foo(1, 2); Foo(a, a); int x = 0; string s = $"x {x}"; items.ForEach(i => Foo(i)); }
    }
}
