#pragma once
#include <vector>
#include "app/window.h"
import std.core;

#define LIMIT 8
#define MAX(a, b) \
    (pick((a), (b)) ? (a) : (b))

BEGIN_NAMESPACE

namespace std VISIBILITY(default)
{
API_CONSTEXPR void exported(int a) NOEXCEPT;
API Point make(FILE *file);

class Q_EXPORT Widget : public Base {
    Q_OBJECT
public:
    DECLARE_COPY(Widget, 2)
    NODISCARD bool empty() const NOEXCEPT { return true; }
    int size GUARDED_BY(mutex_);
};
}

TEST(Suite, Works)
{
    ASSERT_TRUE(check());
    int x = (DWORD)FLAG;
}

DWORD read(HANDLE file);

#ifdef DEBUG
void trace() {}
#else
void trace(int level) {}
#endif
