namespace app::ui {

/// A window.
class API Window final : public Base<int>, private other::Mixin {
public:
    Window();
    explicit Window(int width) : width_(width), items_{1, 2}, Base<int>(width) {}
    Window(const Window &) = delete;
    ~Window() override = default;
    Window &operator=(const Window &other);
    bool operator ==(const Window &other) const { return width_ == other.width_; }
    void operator()(int) {}
    operator bool() const { return true; }
    explicit operator std::string();
    virtual void draw() = 0;
    static int count(int first, ...) noexcept;
    friend class Friend;
    friend void helper(int);
    enum class Mode : int { On, Off = 2 };
    struct Inner {
        int depth;
    };
    class Hidden;
    using Value = int;
    typedef int Number;

private:
    int width_ = 0, *items_, sizes_[3];
    static constexpr int Limit = 3;
    std::function<void(int)> callback_;
    int (*pointer_)(int);
};

inline namespace v1 {
union Bits {
    int whole;
};
}

namespace {
struct Local {};
}

} // namespace app::ui

namespace fs = std::filesystem;
