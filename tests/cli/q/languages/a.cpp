#include <vector>
namespace inner {
using Alias = int;
class Square {
public:
    int side;
    int area() const { if (!side) throw 1; return make(side); }
};
struct Point { int x; };
enum class Kind { A, B };
}
int make(int n) { return n; }
