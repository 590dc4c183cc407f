extern "C" {
void c_function(int);
}
extern "C" int one();

using namespace std;
using std::string;
using Alias = std::vector<int>;

typedef struct {
    int q;
} Pair, *PairPointer;

enum { First, Second };
enum Named { Third = 1 };
struct Forward;
enum class Later;

constexpr int Limit = 3;
static std::map<int, int> table = {
    {1, 2},
};
extern int elsewhere;
int a, b = 2;
const char *const names[] = {"a"};
[[nodiscard]] int attributed();
__attribute__((unused)) static int old() { return 0; }
struct Made { int x; } made;
static auto twice = [](int x) { int local = x; return local; };

std::string text = R"x(raw "text" // no comment)x";
char quote = '"'; // comment
/** Block. */
void documented();
