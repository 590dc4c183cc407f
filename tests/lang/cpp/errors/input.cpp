namespace app {

void good() { call(); }

class Split
#if LIMIT
    : public Base
#endif
{
public:
    int kept() { return other(); }
};

void bad( {
}

}

struct Later {
    int a;
