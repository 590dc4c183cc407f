namespace app {

template <typename T>
void List<T>::add(const T &item) const
{
    this->grow(1);
}

Window::Window(int width) : width_(width)
{
}

Window::~Window() {}
bool ui::Window::operator==(const Window &other) const { return true; }
Window::operator bool() const { return true; }
int List<int>::total = 3;

} // namespace app

std::ostream &operator<<(std::ostream &out, const Point &p) { return out << p.x; }
void operator""_km(long double);
void *operator new(size_t size);
