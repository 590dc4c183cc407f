// support/coroutine.h - functions that hand control to each other on one thread, for schedule
// tests.
//
// Threads: all coroutines of one test run on the thread that switches to them.
// Memory:  a Coroutine is the caller's; its stack is kept from one coroutine_start to the next.
#ifndef CQ_SUPPORT_COROUTINE_H
#define CQ_SUPPORT_COROUTINE_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <ucontext.h>

typedef struct Coroutine { // all zero: not started
    void (*fn)(void *);
    void *arg;
    char *stack;
    bool begun, ended;
    ucontext_t context;
    jmp_buf jump;
    void *fake_stack; // AddressSanitizer's
} Coroutine;

void coroutine_start(Coroutine *co, void (*fn)(void *), void *arg);
void coroutine_free(Coroutine *co);

// The one who runs coroutines in turn.
typedef struct CoroutineHome {
    ucontext_t context;
    jmp_buf jump;
    void *fake_stack;
    const void *stack;
    size_t stack_size;
    Coroutine *running;
} CoroutineHome;

void coroutine_resume(CoroutineHome *home, Coroutine *co); // until it yields or ends
void coroutine_yield(CoroutineHome *home);

#endif
