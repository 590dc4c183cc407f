/* cell.pml - the protocol of src/runtime/cell_value.c, for spin: take, release, retire, add up, dispose,
 * build, close while building, swap. tests/scripts/cell_model.sh runs it, as it is and broken.
 *
 * Weak memory: what a reader stores goes into its buffer first and reaches the others later (TSO);
 * a reader sees its own stores. The heavy fence empties all buffers, a lock those of its own thread.
 *
 * Safety: a payload is disposed at most once and never while used; in the end, exactly once; nobody
 * waits for ever (no invalid end state).
 *
 * Broken variants, each of which must fail:
 *   NO_SECOND_LOOK  NO_HEAVY_FENCE  NO_RETIRED_LOOK  EARLY_PAYLOAD  BEGUN_FIRST  PUBLISH_STALE
 */
#ifndef READERS
#define READERS 2
#endif
#ifndef CHANGERS
#define CHANGERS 1
#endif
#ifndef CHANGES
#define CHANGES 2
#endif
#ifndef GETS
#define GETS 1
#endif
#define THREADS (READERS + CHANGERS)
#define HEADS 3
#define PAYLOADS 8

mtype = {FREE, LIVE, RETIRED, DISPOSING, BEGUN, ENDED};

/* Heads are numbered from 1; 0 is none. */
byte hot, value;
byte building; /* 1 + the thread whose build is wanted, or 0 */
mtype state[HEADS + 1] = FREE;
bool retired[HEADS + 1];
byte pay[HEADS + 1];

/* Counts as the others see them: of reader r and head h. */
#define AT(r, h) ((r) * (HEADS + 1) + (h))
byte begun[READERS * (HEADS + 1)], ended[READERS * (HEADS + 1)];
chan buffer[READERS] = [2] of {mtype, byte, byte};

byte payloads; /* made so far */
byte users[PAYLOADS + 1];
byte disposals[PAYLOADS + 1];
bool owned[PAYLOADS + 1];

bool locked;
byte finished;

inline flush_one(r)
{
    if
    :: buffer[r] ? BEGUN(to, count) -> begun[AT(r, to)] = count
    :: buffer[r] ? ENDED(to, count) -> ended[AT(r, to)] = count
    fi
}

/* Stores of readers arrive at some time. */
active [READERS] proctype Flusher()
{
    byte to, count;
end:
    do
    :: atomic { nempty(buffer[_pid]) -> flush_one(_pid) }
    od
}

inline lock()
{
    atomic { !locked -> locked = true }
}

inline unlock()
{
    locked = false
}

inline reader_lock() /* a lock empties the buffer of its thread */
{
    atomic { empty(buffer[me]) && !locked -> locked = true }
}

inline heavy_fence()
{
#ifdef NO_HEAVY_FENCE
    skip
#else
    atomic {
        i = 0;
        do
        :: i < READERS && nempty(buffer[i]) -> flush_one(i)
        :: i < READERS && empty(buffer[i]) -> i++
        :: i == READERS -> break
        od
    }
#endif
}

/* One read of a count at a time. */
inline add_up_begun(h)
{
    i = 0;
    do
    :: i < READERS -> begins = begins + begun[AT(i, h)]; i++
    :: i == READERS -> break
    od
}

inline add_up_ended(h)
{
    i = 0;
    do
    :: i < READERS -> ends = ends + ended[AT(i, h)]; i++
    :: i == READERS -> break
    od
}

/* With the lock: mine becomes true when the caller has to dispose h. */
inline settle(h)
{
    mine = false;
    if
    :: state[h] == RETIRED ->
        ends = 0; begins = 0;
#ifdef BEGUN_FIRST
        add_up_begun(h);
        add_up_ended(h);
#else
        add_up_ended(h);
        add_up_begun(h);
#endif
        if
        :: begins == ends -> state[h] = DISPOSING; mine = true
        :: else
        fi
    :: else
    fi
}

inline dispose(p)
{
    atomic {
        assert(users[p] == 0);
        assert(disposals[p] == 0);
        disposals[p]++
    }
}

inline free_head(h)
{
    lock();
    state[h] = FREE;
    unlock()
}

inline new_payload(p)
{
    atomic { payloads++; p = payloads; owned[p] = true; assert(p <= PAYLOADS) }
}

/* With the lock: makes h (or 0) the value; old is what was there, retired, and mine whether the
 * caller has to dispose it. */
inline put(h)
{
    mine = false;
    old = value;
    value = h;
    hot = h;
    if
    :: old != 0 ->
        state[old] = RETIRED;
        retired[old] = true;
        heavy_fence();
        settle(old)
    :: else
    fi
}

inline take_head(h, p)
{
    atomic {
        h = 1;
        do
        :: state[h] != FREE -> h++; assert(h <= HEADS)
        :: else -> break
        od;
        state[h] = LIVE;
        retired[h] = false;
        pay[h] = p
    }
}

inline count_begun(h)
{
    atomic { my_begun[h]++; buffer[me] ! BEGUN(h, my_begun[h]) }
}

inline end_lease(h)
{
    atomic { my_ended[h]++; buffer[me] ! ENDED(h, my_ended[h]) };
#ifndef NO_RETIRED_LOOK
    if
    :: retired[h] ->
        reader_lock();
        settle(h);
        unlock();
        if
        :: mine -> dispose(pay[h]); free_head(h)
        :: else
        fi
    :: else
    fi
#endif
}

inline use(p)
{
    atomic { assert(disposals[p] == 0); users[p]++ };
    atomic { assert(disposals[p] == 0); users[p]-- }
}

/* The slow way: sets h and p to a lease, or leaves h 0 when the build was not wanted any more. */
inline build_or_wait(h, p)
{
    h = 0;
    reader_lock();
    if
    :: value != 0 -> h = value; count_begun(h); p = pay[h]; unlock()
    :: value == 0 && building != 0 ->
        other = building;
        unlock();
        (building != other || value != 0) /* and the caller looks again */
    :: else ->
        building = me + 1;
        unlock();
        new_payload(p);
        reader_lock();
        if
#ifdef PUBLISH_STALE
        :: true ->
#else
        :: building == me + 1 ->
#endif
            building = 0;
            take_head(h, p);
            value = h;
            hot = h;
            count_begun(h);
            unlock()
        :: else ->
            unlock();
            dispose(p);
            h = 0
        fi
    fi
}

proctype Reader(byte me)
{
    byte my_begun[HEADS + 1], my_ended[HEADS + 1];
    byte h, p, other, i, to, count, begins, ends, gets;
    bool mine;
    do
    :: gets == GETS -> break
    :: gets < GETS ->
        gets++;
        p = 0;
        h = hot;
        if
        :: h != 0 ->
            count_begun(h);
#ifdef EARLY_PAYLOAD
            p = pay[h];
#endif
#ifndef NO_SECOND_LOOK
            if
            :: hot != h -> end_lease(h); h = 0
            :: else
            fi
#endif
#ifndef EARLY_PAYLOAD
            if
            :: h != 0 -> p = pay[h]
            :: else
            fi
#endif
        :: else
        fi;
        if
        :: h == 0 -> build_or_wait(h, p)
        :: else
        fi;
        if
        :: h != 0 -> use(p); end_lease(h)
        :: else
        fi
    od;
    finished++
}

/* Closes and swaps, in any order. */
proctype Changer(byte me)
{
    byte h, p, old, i, to, count, begins, ends, changes;
    bool mine;
    do
    :: changes == CHANGES -> break
    :: changes < CHANGES ->
        changes++;
        if
        :: true -> /* close, or invalidate */
            lock();
            building = 0;
            put(0);
            unlock()
        :: true -> /* swap, or seed */
            new_payload(p);
            lock();
            building = 0;
            take_head(h, p);
            put(h);
            unlock()
        fi;
        if
        :: mine -> dispose(pay[old]); free_head(old)
        :: else
        fi
    od;
    finished++
}

init
{
    byte h, p, old, i, to, count, begins, ends;
    bool mine;
    atomic {
        if
        :: true -> new_payload(p); take_head(h, p); value = h; hot = h /* ready */
        :: true                                                        /* empty */
        fi;
        i = 0;
        do
        :: i < READERS -> run Reader(i); i++
        :: i == READERS -> break
        od;
        do
        :: i < THREADS -> run Changer(i); i++
        :: i == THREADS -> break
        od
    };
    finished == THREADS;
    lock();
    put(0);
    unlock();
    if
    :: mine -> dispose(pay[old])
    :: else
    fi;
    atomic {
        p = 1;
        do
        :: p <= payloads -> assert(!owned[p] || disposals[p] == 1); p++
        :: else -> break
        od
    }
}
