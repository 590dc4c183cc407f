namespace Shapes.Core
{
    /// <summary>A point.</summary>
    [Serializable, DebuggerDisplay("{X}")]
    public sealed partial class Point<T> : Base<T>, IShape where T : struct
    {
        class Inner { }
    }

    public readonly record struct Size(int Width, [property: Json("h")] int Height = 1);

    public record Person(string Name) : Entity(Name)
    {
        public int Age { get; init; }
    }

    struct Pair { public int A, B; }

    internal interface IShape : IDisposable
    {
        double Area { get; }
        void Draw(Canvas canvas);
        static abstract int Count();
    }

    [Flags]
    enum Mode : byte
    {
        None = 0,
        /// <summary>Reads.</summary>
        Read = 1 << 0,
        [Obsolete] Write,
    }

    public delegate void Handler<in T>(object sender, T e);
}
