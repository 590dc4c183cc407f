// retrieve/ann_file.c - an index of candidates as bytes: a header, then what FAISS writes.
#include "base/hash.h"
#include "retrieve/ann_.h"

enum { BYTE_ORDER_MARK = 0x01020304 };

typedef struct Header {
    char magic[8];
    uint32_t order; // reads as BYTE_ORDER_MARK where the bytes lie as here
    uint32_t family, rows, dims, lists, parts, links, effort, trained_on, queries;
    double imbalance, recall;
    uint64_t faiss_bytes;
    Hash128 vectors; // of the codes and scales it was built over
    Hash128 sum;     // of the header, with this one zero, and what follows
} Header;
_Static_assert(sizeof(Header) == 104, "no padding, which would have no value");

static const char magic[8] = "cqann 1";

static Hash128 sum_of_vectors(const Vectors *vectors)
{
    size_t rows = vectors->shape.rows;
    Hash128 codes = hash_128(vectors->codes, rows * vectors->stride, vectors->shape.dims);
    return hash_128(vectors->scales, rows * sizeof *vectors->scales, codes.low ^ codes.high);
}

static Hash128 sum_of(const Header *header, const void *bytes, size_t len)
{
    Header copy = *header;
    copy.sum = (Hash128){0};
    Hash128 first = hash_128(&copy, sizeof copy, 0);
    return hash_128(bytes, len, first.low ^ first.high);
}

static bool same(Hash128 a, Hash128 b)
{
    return a.low == b.low && a.high == b.high;
}

Fail ann_save(Ctx *cx, const Ann *ann, const Vectors *vectors, Str *out)
{
    char error[CQ_FAISS_ERROR_BYTES] = "";
    const AnnReport *report = &ann->report;
    uint8_t *bytes = NULL;
    size_t len = 0;
    if (report->on_gpu) return ann_faiss_fail(cx->arena, "save the index", "it is on a GPU");
    if (ann->index && ann->api->save(ann->index, &bytes, &len, error))
        return ann_faiss_fail(cx->arena, "save the index", error);
    Header header = {.order = BYTE_ORDER_MARK,
                     .family = report->family,
                     .rows = report->rows,
                     .dims = report->dims,
                     .lists = report->lists,
                     .parts = report->parts,
                     .links = report->links,
                     .effort = report->effort,
                     .trained_on = report->trained_on,
                     .queries = report->queries,
                     .imbalance = report->imbalance,
                     .recall = report->recall,
                     .faiss_bytes = len,
                     .vectors = sum_of_vectors(vectors)};
    memcpy(header.magic, magic, sizeof magic);
    header.sum = sum_of(&header, bytes, len);
    Buf buf = buf_on(cx->arena);
    buf_add(&buf, (Str){(const char *)&header, sizeof header});
    if (len) buf_add(&buf, (Str){(const char *)bytes, len});
    if (bytes) ann->api->free_bytes(bytes);
    *out = buf_str(&buf);
    return NULL;
}

static Fail damaged(Ctx *cx, const char *what)
{
    return FAIL(cx->arena, BAD_REQUEST, "not an index of these vectors: %s", what);
}

// Fails: BAD_REQUEST.
static Fail check(Ctx *cx, const Vectors *vectors, const Header *header, Str rest)
{
    if (memcmp(header->magic, magic, sizeof magic) != 0) return damaged(cx, "other magic bytes");
    if (header->order != BYTE_ORDER_MARK) return damaged(cx, "another byte order");
    if (header->faiss_bytes != rest.len || !same(header->sum, sum_of(header, rest.ptr, rest.len)))
        return damaged(cx, "its check sum is wrong");
    if (header->family <= ANN_AUTO || header->family > ANN_HNSW ||
        (header->family == ANN_EXACT) != !rest.len)
        return damaged(cx, "unknown family");
    if (header->rows != vectors->shape.rows || header->dims != vectors->shape.dims ||
        !same(header->vectors, sum_of_vectors(vectors)))
        return damaged(cx, "it was built over others");
    return NULL;
}

Fail ann_load(Ctx *cx, const Faiss *faiss, const Vectors *vectors, Str bytes, Ann **out)
{
    char error[CQ_FAISS_ERROR_BYTES] = "";
    Header header;
    if (bytes.len < sizeof header) return damaged(cx, "it is too short");
    memcpy(&header, bytes.ptr, sizeof header);
    Str rest = str_sub(bytes, sizeof header, bytes.len);
    TRY(check(cx, vectors, &header, rest));
    if (rest.len && !faiss) return FAIL(cx->arena, UNAVAILABLE, "the index needs FAISS");
    Ann *ann = ann_new(faiss, (AnnFamily)header.family, vectors->shape);
    ann->report.lists = header.lists;
    ann->report.parts = header.parts;
    ann->report.links = header.links;
    ann->report.effort = header.effort;
    ann->report.trained_on = header.trained_on;
    ann->report.queries = header.queries;
    ann->report.imbalance = header.imbalance;
    ann->report.recall = header.recall;
    if (rest.len && faiss->api->load((const uint8_t *)rest.ptr, rest.len, &ann->index, error)) {
        ann_free(ann);
        return ann_faiss_fail(cx->arena, "load the index", error);
    }
    if (ann->index) ann->api->set_effort(ann->index, header.effort);
    *out = ann;
    return NULL;
}
