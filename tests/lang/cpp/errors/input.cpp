namespace app {

void good() { call(); }

class Split
#if LIMIT
    : public Base
#endif
{
public:
    Split() : a_(1)
#if LIMIT
        , b_(2)
#endif
    {
    }
    int kept() { return other(); }
};

void bad( {
}

}

struct Later {
    int a;
