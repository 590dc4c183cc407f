// retrieve/vectors.c - sections of vectors: their layout, writing and opening; the choice of a
// kernel, and the plain one that the others must agree with.
#include "retrieve/vectors.h"

#include <assert.h>
#include <math.h>

#include "base/os.h"

enum { FLOATS_A_LINE = VECTOR_ALIGN / sizeof(float), LANES = 16 };

// --- layout

typedef struct Header {
    char magic[8];
    uint32_t order; // reads as BYTE_ORDER where the bytes lie as here
    uint32_t dims, rows;
    uint32_t exact; // 0 or 1
    char unused[40];
} Header;
_Static_assert(sizeof(Header) == VECTOR_ALIGN, "codes begin at a multiple of 64");

static const char magic[8] = "cqvec 1";
enum { BYTE_ORDER_MARK = 0x01020304 };

typedef struct Layout { // offsets from the start of the section
    uint64_t stride, exact_stride;
    uint64_t codes, scales, exact, end;
} Layout;

static uint64_t round_up(uint64_t n, uint64_t to)
{
    return (n + to - 1) / to * to;
}

static Layout layout_of(VectorShape shape)
{
    Layout at = {.stride = round_up(shape.dims, VECTOR_ALIGN),
                 .exact_stride = round_up(shape.dims, FLOATS_A_LINE),
                 .codes = sizeof(Header)};
    at.scales = at.codes + at.stride * shape.rows;
    at.exact = round_up(at.scales + sizeof(float) * shape.rows, VECTOR_ALIGN);
    at.end = at.exact + (shape.exact ? at.exact_stride * sizeof(float) * shape.rows : 0);
    return at;
}

uint64_t vectors_bytes(VectorShape shape)
{
    return layout_of(shape).end;
}

Str vectors_new(Arena *arena, VectorShape shape)
{
    assert(shape.dims >= 1 && shape.dims <= VECTOR_DIMS_MOST);
    size_t bytes = (size_t)vectors_bytes(shape);
    uintptr_t memory = (uintptr_t)arena_alloc(arena, bytes + VECTOR_ALIGN - 1);
    Header *header = (Header *)round_up(memory, VECTOR_ALIGN);
    *header = (Header){
        .order = BYTE_ORDER_MARK, .dims = shape.dims, .rows = shape.rows, .exact = shape.exact};
    memcpy(header->magic, magic, sizeof magic);
    return (Str){(const char *)header, bytes};
}

static Fail damaged(Arena *errors, const char *what)
{
    return FAIL(errors, BAD_REQUEST, "not a section of vectors: %s", what);
}

Fail vectors_open(Arena *errors, Str section, Vectors *out)
{
    Header header;
    if (section.len < sizeof header) return damaged(errors, "it is too short");
    if ((uintptr_t)section.ptr % sizeof(float)) return damaged(errors, "it is not aligned");
    memcpy(&header, section.ptr, sizeof header);
    if (memcmp(header.magic, magic, sizeof magic) != 0) return damaged(errors, "other magic bytes");
    if (header.order != BYTE_ORDER_MARK) return damaged(errors, "another byte order");
    if (header.dims < 1 || header.dims > VECTOR_DIMS_MOST || header.exact > 1)
        return damaged(errors, "its header makes no sense");
    VectorShape shape = {.dims = header.dims, .rows = header.rows, .exact = header.exact != 0};
    Layout at = layout_of(shape);
    if (at.end != section.len) return damaged(errors, "its length is not what its header says");
    *out = (Vectors){.shape = shape,
                     .stride = (size_t)at.stride,
                     .codes = (const int8_t *)section.ptr + at.codes,
                     .scales = (const float *)(const void *)(section.ptr + at.scales),
                     .exact_stride = (size_t)at.exact_stride};
    if (shape.exact) out->exact = (const float *)(const void *)(section.ptr + at.exact);
    return NULL;
}

// --- values

bool vectors_quantise(const float *vector, size_t dims, int8_t *codes, float *scale)
{
    static const float nearly_nothing = 1e-30F; // below, 127 / largest would overflow
    float largest = 0;
    for (size_t i = 0; i < dims; i++) {
        if (!isfinite(vector[i])) return false;
        largest = MAX(largest, fabsf(vector[i]));
    }
    if (largest < nearly_nothing) largest = 0;
    float inverse = largest > 0 ? 127 / largest : 0;
    for (size_t i = 0; i < dims; i++) codes[i] = (int8_t)lrintf(vector[i] * inverse);
    *scale = largest / 127;
    return true;
}

Fail vectors_put(Arena *errors, Str section, uint32_t row, const float *vector)
{
    Vectors vectors;
    TRY(vectors_open(errors, section, &vectors));
    assert(row < vectors.shape.rows);
    size_t dims = vectors.shape.dims;
    int8_t *codes = (int8_t *)(uintptr_t)(vectors.codes + row * vectors.stride); // ours to write
    float *scale = (float *)(uintptr_t)(vectors.scales + row);
    if (!vectors_quantise(vector, dims, codes, scale))
        return FAIL(errors, BAD_REQUEST, "vector %u holds a number that is not finite", row);
    if (vectors.exact)
        memcpy((float *)(uintptr_t)(vectors.exact + row * vectors.exact_stride), vector,
               dims * sizeof *vector);
    return NULL;
}

float vectors_dot(const float *a, const float *b, size_t dims)
{
    float lanes[LANES] = {0}; // a fixed order, that compilers can turn into vector instructions
    size_t i = 0;
    for (; i + LANES <= dims; i += LANES)
        for (size_t lane = 0; lane < LANES; lane++) lanes[lane] += a[i + lane] * b[i + lane];
    for (size_t lane = 0; i + lane < dims; lane++) lanes[lane] += a[i + lane] * b[i + lane];
    for (size_t half = LANES / 2; half; half /= 2)
        for (size_t lane = 0; lane < half; lane++) lanes[lane] += lanes[lane + half];
    return lanes[0];
}

// --- kernels

static void plain_dots(const VectorProbe *probe, const int8_t *rows, size_t count, int32_t *out)
{
    for (size_t row = 0; row < count; row++, rows += probe->stride) {
        int32_t sum = 0;
        for (size_t i = 0; i < probe->stride; i++) sum += probe->codes[i] * rows[i];
        out[row] = sum;
    }
}

const VectorImpl vectors_plain = {"plain", plain_dots};

VectorImpls vectors_impls(void)
{
    VectorImpls impls = {{NULL}};
    size_t count = 0;
#if defined(__x86_64__)
    if (os_cpu_has_avx512_vnni()) impls.items[count++] = &vectors_avx512;
    if (os_cpu_has_avx2()) impls.items[count++] = &vectors_avx2;
#elif defined(__aarch64__)
    impls.items[count++] = &vectors_neon;
#endif
    impls.items[count] = &vectors_plain;
    return impls;
}

const VectorImpl *vectors_select(void)
{
    VectorImpls impls = vectors_impls();
    Str wanted = os_env("CQ_SIMD");
    if (str_eq(wanted, STR("off"))) return &vectors_plain;
    for (size_t i = 0; i < ARRAY_LEN(impls.items) && impls.items[i]; i++)
        if (str_eq(wanted, str_from(impls.items[i]->name))) return impls.items[i];
    return impls.items[0];
}
