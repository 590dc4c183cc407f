#include <map>
#include <memory>
#include <string>
#include <vector>

namespace shop {

template <typename T>
class Box {
public:
    explicit Box(T value) : value_(std::move(value)) {}
    virtual ~Box() = default;
    const T &get() const { return value_; }
    template <typename U> U as() const { return static_cast<U>(value_); }

private:
    T value_;
};

struct Item final : public Base {
    std::string name;
    int price = 0;
    bool operator==(const Item &other) const { return name == other.name; }
};

using Items = std::vector<std::unique_ptr<Item>>;

int total(const Items &items)
{
    int sum = 0;
    for (const auto &item : items) {
        sum += item->price;
    }
    auto add = [&sum](int x) { sum += x; return sum; };
    add(1);
    try {
        if (sum == sum) throw std::runtime_error("odd");
    } catch (const std::exception &e) {
        std::cerr << e.what() << std::endl;
    }
    return sum;
}

} // namespace shop

int main()
{
    auto box = std::make_unique<shop::Box<int>>(1);
    std::map<std::string, int> counts;
    counts["a"] = box->get();
    int *raw = new int[10];
    delete[] raw;
    Item *item = new Item();
    delete item;
    foo(box->get(), box->get());
    if (auto it = counts.find("a"); it != counts.end()) return it->second;
    return nullptr == raw ? 0 : 1;
}
