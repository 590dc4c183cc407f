// fuzz/mcp.c - any lines to a session of the Model Context Protocol: whatever comes back is sound
// JSON-RPC, each request gets one answer, and operations are only asked for with arguments of
// theirs. Operations themselves are not run.
#include <stdlib.h>

#include "door/mcp/session.h"

enum { MOST_BYTES = 64 << 10, FINDINGS = 40 };

static void must(bool truth)
{
    if (!truth) abort();
}

typedef struct StubSummary {
    Str text;
    uint64_t number;
    StrList names;
} StubSummary;

static const Field no_fields[] = {{0}};
static const Field stub_result[] = {
    FIELD(StubSummary, text, STR, "a text"),
    FIELD(StubSummary, number, SIZE, "a number"),
    FIELD(StubSummary, names, STRS, "names"),
    {0},
};

static void stub_text(Buf *out, const void *args, const Result *result, const TextStyle *style)
{
    (void)args, (void)style;
    for (size_t i = 0; i < result->finding_count; i++)
        buf_addf(out, "line %zu \xff of the answer\n", i);
}

static const OpSpec stub = {.name = "stub",
                            .args = no_fields,
                            .result = stub_result,
                            .result_size = sizeof(StubSummary),
                            .text = stub_text};

static void make_finding(const Result *result, size_t index, Finding *out)
{
    (void)result;
    *out = (Finding){.path = STR("a/\xff.c"),
                     .line = (uint32_t)index + 1,
                     .end_line = (uint32_t)index + 3,
                     .category = STR("call"),
                     .text = STR("\t\"quoted\" \x01 text \xe2\x82")};
}

static Fail open_stub(Ctx *cx, void *self, Str root, void **place)
{
    *place = self;
    if (root.len > 200) return FAIL(cx->arena, NOT_FOUND, "no such folder");
    return NULL;
}

static Fail ask_stub(Ctx *cx, void *place, Str name, const Json *arguments, Asked *out)
{
    (void)place;
    *out = (Asked){0};
    TRY(ask_find(cx, name, &out->op));
    void *args = arena_alloc(cx->arena, out->op->args_size);
    TRY(record_from_json(cx->arena, out->op->args, arguments, args));
    StubSummary *summary = ARENA_NEW(cx->arena, StubSummary);
    Str *names = ARENA_ARRAY(cx->arena, Str, FINDINGS);
    for (size_t i = 0; i < FINDINGS; i++) names[i] = STR("name");
    *summary = (StubSummary){STR("one\ntwo \xff\n"), 7, {names, FINDINGS}};
    out->op = &stub;
    out->args = args;
    out->result = (Result){.summary = summary,
                           .finding_count = FINDINGS,
                           .make_finding = make_finding,
                           .found = true,
                           .root = STR("/work")};
    if (cx->progress) cx->progress->show(cx->progress->arg, STR("half \xff way"));
    return NULL;
}

static void where_stub(Ctx *cx, void *place, bool dirty, McpWhere *out)
{
    (void)cx, (void)place, (void)dirty;
    *out = (McpWhere){.root = STR("/work"), .commit = STR("0123456789abcdef"), .dirty_known = true};
}

typedef struct Heard {
    uint64_t lasts;
} Heard;

static void check_message(const Json *message)
{
    const Json *version = json_get(message, STR("jsonrpc"));
    const Json *error = json_get(message, STR("error"));
    must(version && str_eq(version->string, STR("2.0")));
    if (json_get(message, STR("method"))) return;
    must(json_get(message, STR("id")) != NULL);
    must(!error != !json_get(message, STR("result")));
    if (error) must(json_get(error, STR("code"))->integer < 0 && json_get(error, STR("message")));
}

static void hear(void *self, void *origin, Str text, bool last)
{
    Heard *heard = self;
    (void)origin;
    heard->lasts += last;
    if (!text.len) return;
    Arena arena = {0};
    const Json *message = NULL;
    must(str_find(text, '\n') == text.len && json_parse(&arena, text, &message) == NULL);
    if (message->kind == JK_ARRAY) {
        must(message->len > 0);
        for (size_t i = 0; i < message->len; i++) check_message(message->items[i]);
    } else check_message(message);
    arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > MOST_BYTES) return 0;
    Heard heard = {0};
    Pool *pool = pool_new((PoolSpec){0});
    McpHost host = {.pool = pool, .open = open_stub, .ask = ask_stub, .where = where_stub};
    McpSession *session = mcp_session_new(&host, (McpSink){&heard, hear});
    Str rest = {(const char *)data, size}, line;
    while (str_next(&rest, '\n', &line)) {
        uint64_t before = heard.lasts;
        McpTaken taken = mcp_session_take(session, line, NULL);
        must(heard.lasts == before + (taken != MCP_ACCEPTED));
        mcp_session_tick(session);
    }
    mcp_session_free(session);
    pool_free(pool);
    return 0;
}
