/// The larger one.
template <typename T, int N = 3>
T max(T a, T b = T()) { return a < b ? b : a; }

template <>
struct Traits<int> {
    template <class U>
    U convert(U value);
};

template <typename T>
concept Drawable = requires(T t) { t.draw(); };

template <typename T>
using Grid = std::vector<std::vector<T>>;

template <typename... Args>
auto call(Args &&...args) -> decltype(auto)
{
    return value.template get<int>(std::forward<Args>(args)...);
}
