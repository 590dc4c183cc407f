// runtime/cache_fault_test.c - a disk that fails: whatever call goes wrong, the cache gives the
// right value or none, and works again when the disk does.
//
// The faults come from a file layer of SQLite put over the system's: its Nth call of a kind fails.
#include <sqlite3.h>
#include <stdlib.h>

#include "runtime/cache.h"
#include "support/cached.h"
#include "support/check.h"

enum { KEYS = 8, MOST_BYTES = 6000 };

typedef struct FaultFile {
    sqlite3_file base;
    sqlite3_file *real;
} FaultFile;

typedef enum FaultKind {
    FAULT_OPEN,
    FAULT_READ,
    FAULT_WRITE,
    FAULT_SIZE,
    FAULT_LOCK,
    FAULT_SHM,
    FAULT_DELETE,
    FAULT_ANY, // each call counts
} FaultKind;

typedef struct Fault {
    FaultKind kind;
    int rc;
    bool lasts; // all later calls fail too
} Fault;

static Fault fault;          // of the running case; tests run one by one
static int fault_at, called; // the call to fail, counted from 1; 0 for none
static int fired;

static int failing(FaultKind kind)
{
    if (!fault_at || (fault.kind != FAULT_ANY && fault.kind != kind)) return SQLITE_OK;
    called++;
    if (called != fault_at && !(fault.lasts && called > fault_at)) return SQLITE_OK;
    fired++;
    return fault.rc;
}

#define REAL(file) (((FaultFile *)(file))->real)
#define FAULTY(kind, call)                                                                         \
    do {                                                                                           \
        int rc_ = failing(kind);                                                                   \
        return rc_ ? rc_ : (call);                                                                 \
    } while (0)

static int file_close(sqlite3_file *file)
{
    int rc = REAL(file)->pMethods ? REAL(file)->pMethods->xClose(REAL(file)) : SQLITE_OK;
    sqlite3_free(REAL(file));
    return rc;
}

// A short read must fill the rest with zeros; here all of it.
static int file_read(sqlite3_file *file, void *to, int count, sqlite3_int64 from)
{
    int rc = failing(FAULT_READ);
    if (rc == SQLITE_IOERR_SHORT_READ) memset(to, 0, (size_t)count);
    return rc ? rc : REAL(file)->pMethods->xRead(REAL(file), to, count, from);
}

// A disk that is full has taken half of it.
static int file_write(sqlite3_file *file, const void *from, int count, sqlite3_int64 to)
{
    int rc = failing(FAULT_WRITE);
    if (rc) REAL(file)->pMethods->xWrite(REAL(file), from, count / 2, to);
    return rc ? rc : REAL(file)->pMethods->xWrite(REAL(file), from, count, to);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    FAULTY(FAULT_SIZE, REAL(file)->pMethods->xTruncate(REAL(file), size));
}

static int file_sync(sqlite3_file *file, int flags)
{
    FAULTY(FAULT_WRITE, REAL(file)->pMethods->xSync(REAL(file), flags));
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    FAULTY(FAULT_SIZE, REAL(file)->pMethods->xFileSize(REAL(file), size));
}

static int file_lock(sqlite3_file *file, int level)
{
    FAULTY(FAULT_LOCK, REAL(file)->pMethods->xLock(REAL(file), level));
}

static int file_unlock(sqlite3_file *file, int level)
{
    return REAL(file)->pMethods->xUnlock(REAL(file), level);
}

static int file_reserved(sqlite3_file *file, int *out)
{
    return REAL(file)->pMethods->xCheckReservedLock(REAL(file), out);
}

static int file_control(sqlite3_file *file, int op, void *arg)
{
    return REAL(file)->pMethods->xFileControl(REAL(file), op, arg);
}

static int file_sector(sqlite3_file *file)
{
    return REAL(file)->pMethods->xSectorSize(REAL(file));
}

static int file_traits(sqlite3_file *file)
{
    return REAL(file)->pMethods->xDeviceCharacteristics(REAL(file));
}

static int shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
    FAULTY(FAULT_SHM, REAL(file)->pMethods->xShmMap(REAL(file), page, size, extend, out));
}

static int shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
    int rc = flags & SQLITE_SHM_LOCK ? failing(FAULT_LOCK) : SQLITE_OK;
    return rc ? rc : REAL(file)->pMethods->xShmLock(REAL(file), offset, count, flags);
}

static void shm_barrier(sqlite3_file *file)
{
    REAL(file)->pMethods->xShmBarrier(REAL(file));
}

static int shm_unmap(sqlite3_file *file, int remove)
{
    return REAL(file)->pMethods->xShmUnmap(REAL(file), remove);
}

static const sqlite3_io_methods file_methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_traits,
    .xShmMap = shm_map,
    .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = shm_unmap,
};

static sqlite3_vfs *real_vfs;

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *got)
{
    (void)vfs;
    file->pMethods = NULL; // SQLite then does not close it
    int rc = failing(FAULT_OPEN);
    if (rc) return rc;
    FaultFile *own = (FaultFile *)file;
    own->real = sqlite3_malloc(real_vfs->szOsFile);
    memset(own->real, 0, (size_t)real_vfs->szOsFile);
    rc = real_vfs->xOpen(real_vfs, name, own->real, flags, got);
    if (rc == SQLITE_OK) file->pMethods = &file_methods;
    else sqlite3_free(own->real);
    return rc;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs;
    FAULTY(FAULT_DELETE, real_vfs->xDelete(real_vfs, name, sync));
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    (void)vfs;
    FAULTY(FAULT_OPEN, real_vfs->xAccess(real_vfs, name, flags, out));
}

// SQLite tries a lock a hundred times before it gives up, with pauses of seconds in all.
static int vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    return microseconds;
}

static sqlite3_vfs fault_vfs;

static int set_up(void **state)
{
    (void)state;
    sqlite3_initialize();
    real_vfs = sqlite3_vfs_find(NULL);
    fault_vfs = *real_vfs;
    fault_vfs.zName = "cq-faults";
    fault_vfs.szOsFile = sizeof(FaultFile);
    fault_vfs.xOpen = vfs_open;
    fault_vfs.xDelete = vfs_delete;
    fault_vfs.xAccess = vfs_access;
    fault_vfs.xSleep = vfs_sleep;
    return sqlite3_vfs_register(&fault_vfs, 0);
}

static int tear_down(void **state)
{
    (void)state;
    return sqlite3_vfs_unregister(&fault_vfs);
}

// All that a program may do with a cache; the values that come back are looked at.
static void use(Cache *cache, FakeClock *clock)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    CacheStats stats;
    cached_hits(cache, KEYS, MOST_BYTES);
    cached_fill(cache, 0, KEYS, MOST_BYTES);
    clock->now_ms += 70000; // so that reads are noted, to be written
    cached_hits(cache, KEYS, MOST_BYTES);
    cache_touch(&cx, cache, cached_key(&arena, 1), 500);
    cache_delete(&cx, cache, cached_key(&arena, 2));
    cache_evict_tag(&cx, cache, STR("odd"));
    cached_fill(cache, KEYS / 2, KEYS, MOST_BYTES);
    cache_cull(&cx, cache);
    cache_stats(&cx, cache, &stats);
    cached_hits(cache, KEYS, MOST_BYTES);
    arena_fini(&arena);
}

static uint64_t failures(Cache *cache)
{
    uint64_t counts[CACHE_COUNTERS], sum = 0;
    cache_counts(cache, counts);
    for (int i = CACHE_BUSY; i <= CACHE_READONLY; i++) sum += counts[i];
    return sum;
}

// After the fault: it works at once or after its pause, and all is sound.
static void check_recovery(Cache *cache, FakeClock *clock)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    CacheVerdict verdict;
    clock->now_ms += 2000;
    cached_fill(cache, 0, KEYS, MOST_BYTES);
    assert_int_equal(cached_hits(cache, KEYS, MOST_BYTES), KEYS);
    cache_verify(&cx, cache, false, &verdict);
    if (verdict.trouble.len) fail_msg("call %d: %s", fault_at, verdict.trouble.ptr);
    arena_fini(&arena);
}

// One run with the Nth call failing. False when there is no Nth call.
static bool run_with_fault(const Folder *folder, const Fault *wanted, int number, bool fresh)
{
    FakeClock clock = {0};
    CacheSpec spec = cached_spec(folder, 1, &clock);
    spec.vfs = "cq-faults";
    spec.timeout_s = 0;
    if (fresh) {
        folder_delete(folder, "shard-00.db");
        folder_delete(folder, "shard-00.db-wal");
        folder_delete(folder, "shard-00.db-shm");
    }
    Cache *cache = cache_open(&spec);
    fault = *wanted;
    fault_at = number;
    called = fired = 0;
    use(cache, &clock);
    if (fault.lasts && number == 1) assert_true(failures(cache) > 0);
    if (number % 2 == 0) { // the fault lasts until it is closed, or not
        fault_at = 0;
        check_recovery(cache, &clock);
    }
    cache_close(cache);
    bool happened = fired > 0;
    fault_at = 0;
    cache = cache_open(&spec);
    check_recovery(cache, &clock);
    cache_close(cache);
    return happened;
}

static const Fault faults[] = {
    {FAULT_ANY, SQLITE_IOERR, false},
    {FAULT_ANY, SQLITE_IOERR, true},
    {FAULT_OPEN, SQLITE_CANTOPEN, true},
    {FAULT_READ, SQLITE_IOERR_READ, false},
    {FAULT_READ, SQLITE_IOERR_SHORT_READ, false},
    {FAULT_READ, SQLITE_IOERR_SHORT_READ, true},
    {FAULT_READ, SQLITE_IOERR_CORRUPTFS, false},
    {FAULT_WRITE, SQLITE_FULL, false},
    {FAULT_WRITE, SQLITE_FULL, true},
    {FAULT_WRITE, SQLITE_IOERR_WRITE, false},
    {FAULT_WRITE, SQLITE_READONLY, true},
    {FAULT_SIZE, SQLITE_IOERR_TRUNCATE, false},
    {FAULT_LOCK, SQLITE_BUSY, false},
    {FAULT_LOCK, SQLITE_BUSY, true},
    {FAULT_LOCK, SQLITE_IOERR_LOCK, false},
    {FAULT_SHM, SQLITE_IOERR_SHMMAP, false},
    {FAULT_SHM, SQLITE_IOERR_SHMMAP, true},
    {FAULT_DELETE, SQLITE_IOERR_DELETE, false},
};

static void each_call_may_fail(void **state)
{
    (void)state;
    bool thorough = getenv("CQ_LONG") != NULL;
    Folder folder;
    folder_make(&folder);
    for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
        // Fast: each of the first calls (the opening), then ever fewer.
        for (int number = 1;; number += thorough || number < 24 ? 1 : number / 5) {
            if (!run_with_fault(&folder, &faults[i], number, number % 3 == 0)) {
                assert_true(number > 1);
                break;
            }
        }
    }
    folder_remove(&folder);
}

int runtime_cache_fault_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_call_may_fail),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
