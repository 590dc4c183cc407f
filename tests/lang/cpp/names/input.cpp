#include "engine/node.h"
#include <vector>
using namespace std;
using base::Handle;
namespace fs = std::filesystem;
namespace a::b {
class Node;
enum class Color { Red, Green };
enum Plain { One, Two = 2 };
using Nodes = std::vector<Node>;
typedef Node *NodePtr;

template <typename T, class U = int>
class Box : public Holder<T>, private base::Thing {
public:
    Box(int size) : Holder<T>(size), size_(size) {}
    explicit Box(T value);
    virtual ~Box();
    T get() const { return value_; }
    static Box make(Node *from) { return Box(from->id()); }
    virtual void draw() = 0;
    void set(const Node &node, int = limit()) { this->owner_ = &node; helper(node); owner_->touch(); }
    bool operator==(const Box &other) const { return other.size_ == size_; }
private:
    T value_{};
    const Node *owner_ = nullptr;
    std::unique_ptr<Node> own_;
    std::map<int, Node> all_;
    static int count_;
    void (*hook_)(Node *);
};

int Box::count_ = 0;
static void helper(const Node &n);

void Node::run(Box<Node> &box) {
    auto made = std::make_unique<Node>(1, 2);
    auto p = new Node(3);
    Node local(4), braced{5};
    Node vexing(made, p);
    auto q = static_cast<Node *>(raw());
    made->touch();
    p->draw(One, Color::Red);
    local.set(braced);
    q->Base::touch();
    box.get<int>().all();
    ::global(vexing);
    a::b::helper(*this);
    auto fn = [this, &box, x = box.size()](Node *n) { return n->go(x, box); };
    fn(p);
    for (auto &item : nodes_) item.touch();
    for (const Node *n : list(p)) n->touch();
    if (auto *found = find(p)) found->touch();
    try { risky(); } catch (const Error &e) { e.what(); }
    auto [k, v] = pair();
    v.use();
    delete p;
    hook_(p);
    all_[3].touch();
    std::sort(v.begin(), v.end(), compare);
    return Handle::close(Node{6});
}
template <class T> T twice(T x) { return x.add(x); }
}
extern "C" { int plain(struct raw *r); }
TEST(Suite, Works) { EXPECT_EQ(twice(1), 2); }
#define CHECK(x) do { if (!(x)) fail(__FILE__); } while (0)
