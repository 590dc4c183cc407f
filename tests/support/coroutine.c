// support/coroutine.c - ucontext makes the stacks; switching between them is a jump, because
// swapcontext calls the system twice. Under AddressSanitizer, which watches jumps, it is
// swapcontext.
#include "support/coroutine.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

enum { STACK_BYTES = 256 << 10 };

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#else
#define __sanitizer_start_switch_fiber(fake, bottom, size)                                         \
    ((void)(fake), (void)(bottom), (void)(size))
#define __sanitizer_finish_switch_fiber(fake, bottom, size)                                        \
    ((void)(fake), (void)(bottom), (void)(size))
#endif

void coroutine_start(Coroutine *co, void (*fn)(void *), void *arg)
{
    if (!co->stack) co->stack = malloc(STACK_BYTES);
    co->fn = fn;
    co->arg = arg;
    co->begun = co->ended = false;
    co->fake_stack = NULL;
}

void coroutine_free(Coroutine *co)
{
    free(co->stack);
    co->stack = NULL;
}

static void coroutine_main(unsigned high, unsigned low)
{
    CoroutineHome *home = (CoroutineHome *)(((uintptr_t)high << 32) | low);
    __sanitizer_finish_switch_fiber(NULL, &home->stack, &home->stack_size);
    Coroutine *co = home->running;
    co->fn(co->arg);
    co->ended = true;
    coroutine_yield(home);
}

void coroutine_resume(CoroutineHome *home, Coroutine *co)
{
    assert(!co->ended);
    home->running = co;
    __sanitizer_start_switch_fiber(&home->fake_stack, co->stack, STACK_BYTES);
    if (!co->begun) {
        co->begun = true;
        getcontext(&co->context);
        co->context.uc_stack.ss_sp = co->stack;
        co->context.uc_stack.ss_size = STACK_BYTES;
        co->context.uc_link = NULL;
        makecontext(&co->context, (void (*)(void))(uintptr_t)coroutine_main, 2,
                    (unsigned)((uintptr_t)home >> 32), (unsigned)(uintptr_t)home);
#ifdef __SANITIZE_ADDRESS__
        swapcontext(&home->context, &co->context);
    } else {
        swapcontext(&home->context, &co->context);
    }
#else
        if (!_setjmp(home->jump)) setcontext(&co->context);
    } else if (!_setjmp(home->jump)) {
        _longjmp(co->jump, 1);
    }
#endif
    __sanitizer_finish_switch_fiber(home->fake_stack, NULL, NULL);
    home->running = NULL;
}

void coroutine_yield(CoroutineHome *home)
{
    Coroutine *co = home->running;
    __sanitizer_start_switch_fiber(co->ended ? NULL : &co->fake_stack, home->stack,
                                   home->stack_size);
#ifdef __SANITIZE_ADDRESS__
    swapcontext(&co->context, &home->context);
#else
    if (!_setjmp(co->jump)) _longjmp(home->jump, 1);
#endif
    __sanitizer_finish_switch_fiber(co->fake_stack, &home->stack, &home->stack_size);
}
