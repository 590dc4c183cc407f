// door/mcp/answer.c
#include "door/mcp/answer.h"

enum {
    RESERVED_BYTES = 360, // for "at" and "more"
    SUMMARY_STRINGS = 8,  // of a list of texts
    SUMMARY_COUNTS = 16,  // of named counts
    LINE_BYTES = 200,     // of a finding's text
    LEAST_BYTES = 256,    // for findings, however small the budget
};

// --- reading order: by sections, when there are any ---

typedef struct Order {
    const Result *result;
    size_t count, section, at;
} Order;

static Order order_of(const Result *result)
{
    Order order = {.result = result, .count = result->finding_count};
    if (!result->section_count) return order;
    order.count = 0;
    for (size_t i = 0; i < result->section_count; i++) order.count += result->sections[i].count;
    return order;
}

// False at the end.
static bool order_next(Order *order, Finding *out)
{
    const Result *result = order->result;
    if (!result->section_count) {
        if (order->at == result->finding_count) return false;
        *out = result_finding(result, order->at++);
        return true;
    }
    while (order->section < result->section_count &&
           order->at == result->sections[order->section].count) {
        order->section++;
        order->at = 0;
    }
    if (order->section == result->section_count) return false;
    *out = result_finding(result, result->sections[order->section].findings[order->at++]);
    return true;
}

static Order order_from(const Result *result, size_t from)
{
    Order order = order_of(result);
    Finding skipped;
    for (size_t i = 0; i < from && order_next(&order, &skipped); i++)
        ;
    return order;
}

// --- text ---

static Str short_line(Str line)
{
    Str text = str_trim(line);
    return str_sub(text, 0, utf8_cut(text, LINE_BYTES));
}

static void add_at(Buf *out, const McpWhere *where)
{
    buf_addf(out, "at " STR_FMT, STR_ARG(where->root));
    if (where->commit.len)
        buf_addf(out, ", commit " STR_FMT, STR_ARG(str_sub(where->commit, 0, 12)));
    if (where->branch.len) buf_addf(out, " on " STR_FMT, STR_ARG(where->branch));
    if (!where->dirty_known) {
        if (where->commit.len) buf_add(out, STR(", dirty state unknown"));
    } else if (where->changed || where->untracked)
        buf_addf(out, ", with %llu changed and %llu untracked files",
                 (unsigned long long)where->changed, (unsigned long long)where->untracked);
    else buf_add(out, STR(", clean"));
    buf_byte(out, '\n');
}

static void add_finding_line(Buf *out, const Finding *finding)
{
    buf_addf(out, STR_FMT ":%u: ", STR_ARG(finding->path), finding->line);
    if (finding->category.len) buf_addf(out, STR_FMT ": ", STR_ARG(finding->category));
    if (finding->enclosing.len) buf_addf(out, "in " STR_FMT ": ", STR_ARG(finding->enclosing));
    buf_add_shown(out, short_line(finding->text));
    buf_byte(out, '\n');
}

// Findings from cut->from on, as far as they fit; how many.
static size_t add_page(Buf *out, const AnswerCut *cut, size_t most)
{
    Order order = order_from(&cut->asked->result, cut->from);
    Finding finding;
    size_t shown = 0;
    for (;; shown++) {
        size_t before = out->len;
        if (!order_next(&order, &finding)) return shown;
        add_finding_line(out, &finding);
        if (out->len <= most || !shown) continue;
        out->len = before;
        return shown;
    }
}

static size_t room_of(const AnswerCut *cut)
{
    size_t room = cut->budget_bytes > RESERVED_BYTES ? cut->budget_bytes - RESERVED_BYTES : 0;
    return MAX(room, (size_t)LEAST_BYTES);
}

static void add_problems(Buf *out, const Result *result)
{
    if (!result->problem) return;
    buf_addf(out, "problem: " STR_FMT "\n", STR_ARG(result->problem->detail));
    if (result->more_count) buf_addf(out, "and %zu more problems\n", result->more_count);
}

void mcp_answer_text(Buf *out, const AnswerCut *cut)
{
    const Result *result = &cut->asked->result;
    size_t start = out->len, room = room_of(cut), total = order_of(result).count;
    if (cut->from) {
        size_t shown = add_page(out, cut, start + room);
        buf_addf(out, "%zu to %zu of %zu\n", cut->from, cut->from + shown, total);
        if (cut->from + shown < total)
            buf_addf(out, "more: the same with from=%zu\n", cut->from + shown);
    } else {
        const TextStyle style = {.budget_bytes = room};
        cut->asked->op->text(out, cut->asked->args, result, &style);
        if (out->len > start + room) {
            Str kept = str_sub((Str){out->ptr + start, room}, 0, room);
            size_t end = str_find_last(kept, '\n');
            out->len = start + (end < kept.len ? end + 1 : utf8_cut(kept, room));
            buf_add(out, STR("...\ncut to budget_tokens: raise it, narrow the question, or page "
                             "through with from\n"));
        }
    }
    add_problems(out, result);
    add_at(out, cut->where);
}

// --- structured ---

static void write_at(JsonWriter *w, const McpWhere *where)
{
    json_begin_object(w);
    json_member_str(w, "root", where->root);
    if (where->commit.len) json_member_str(w, "commit", where->commit);
    if (where->branch.len) json_member_str(w, "branch", where->branch);
    if (where->dirty_known) {
        json_member_int(w, "changed", (int64_t)where->changed);
        json_member_int(w, "untracked", (int64_t)where->untracked);
    } else if (where->commit.len) {
        json_key(w, "changed");
        json_write_null(w);
    }
    json_end(w);
}

static void write_finding(JsonWriter *w, const Finding *finding)
{
    json_begin_object(w);
    json_member_str(w, "path", finding->path);
    json_member_int(w, "line", finding->line);
    if (finding->end_line > finding->line) json_member_int(w, "end_line", finding->end_line);
    if (finding->category.len) json_member_str(w, "category", finding->category);
    if (finding->enclosing.len) json_member_str(w, "in", finding->enclosing);
    if (finding->kind.len) json_member_str(w, "kind", finding->kind);
    if (finding->qualified.len) json_member_str(w, "name", finding->qualified);
    json_member_str(w, "text", short_line(finding->text));
    json_end(w);
}

const Json *mcp_answer_summary(Arena *arena, const Asked *asked)
{
    Buf buf = buf_on(arena);
    JsonWriter w = {.out = &buf};
    const Json *value = NULL;
    record_write(&w, asked->op->result, asked->result.summary);
    return json_parse(arena, buf_str(&buf), &value) ? json_new_object(arena) : value;
}

static bool is_nothing(const Json *value)
{
    switch (value->kind) {
    case JK_NULL: return true;
    case JK_BOOL: return !value->boolean;
    case JK_INT: return !value->integer;
    case JK_REAL: return value->real == 0;
    case JK_STR: return !value->string.len;
    case JK_ARRAY:
    case JK_OBJECT: break;
    }
    return !value->len;
}

static bool is_rows(const Json *value)
{
    if (value->kind != JK_ARRAY || !value->len) return false;
    return value->items[0]->kind == JK_OBJECT || value->items[0]->kind == JK_ARRAY;
}

static size_t size_of(Arena *arena, const Json *value)
{
    Buf buf = buf_on(arena);
    JsonWriter w = {.out = &buf};
    json_write(&w, value);
    return buf.len;
}

// A list, as much of it as fits `room` bytes; then NAME_total.
static void write_list(JsonWriter *w, Str name, const Json *list, size_t most, size_t room)
{
    size_t used = 0, count = 0;
    while (count < MIN(list->len, most)) {
        used += size_of(w->out->arena, list->items[count]) + 1;
        if (used > room) break;
        count++;
    }
    if (count) {
        json_key_str(w, name);
        json_begin_array(w);
        for (size_t i = 0; i < count; i++) json_write(w, list->items[i]);
        json_end(w);
    }
    if (count == list->len) return;
    json_key_str(w, str_format(w->out->arena, STR_FMT "_total", STR_ARG(name)));
    json_write_int(w, (int64_t)list->len);
}

static size_t left_of(const JsonWriter *w, size_t end)
{
    return end > w->out->len ? end - w->out->len : 0;
}

// The beginning of a text, up to the end of a line, and how long all of it is.
static void write_cut(JsonWriter *w, Str name, Str text, size_t room)
{
    size_t kept = 0, used = 2;
    for (size_t i = 0; i < text.len && used < room; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        used += c < ' '                 ? (c == '\n' || c == '\t' || c == '\r' ? 2 : 6)
                : c == '"' || c == '\\' ? 2
                                        : 1;
        if (c == '\n' && used < room) kept = i + 1;
    }
    json_key_str(w, name);
    json_write_str(w, str_sub(text, 0, kept));
    json_key_str(w, str_format(w->out->arena, STR_FMT "_bytes", STR_ARG(name)));
    json_write_int(w, (int64_t)text.len);
}

// Facts and short lists; what is nothing is left out. Rows come later, as far as there is room.
static void write_facts(JsonWriter *w, const Json *summary, size_t end)
{
    for (size_t i = 0; i < summary->len; i++) {
        const JsonMember *member = &summary->members[i];
        const Json *value = member->value;
        if (is_nothing(value) || is_rows(value)) continue;
        if (value->kind == JK_ARRAY)
            write_list(w, member->key, value, SUMMARY_STRINGS, left_of(w, end));
        else if (size_of(w->out->arena, value) <= left_of(w, end)) {
            json_key_str(w, member->key);
            json_write(w, value);
        } else if (value->kind == JK_STR) write_cut(w, member->key, value->string, left_of(w, end));
    }
}

static void write_rows(JsonWriter *w, const Json *summary, size_t end)
{
    for (size_t i = 0; i < summary->len; i++)
        if (is_rows(summary->members[i].value))
            write_list(w, summary->members[i].key, summary->members[i].value, SIZE_MAX,
                       left_of(w, end));
}

// How many of them.
static size_t write_findings(JsonWriter *w, const AnswerCut *cut, size_t end)
{
    Order order = order_from(&cut->asked->result, cut->from);
    Finding finding;
    size_t shown = 0;
    json_key(w, "findings");
    json_begin_array(w);
    for (; order_next(&order, &finding); shown++) {
        JsonWriter before = *w;
        size_t len = w->out->len;
        write_finding(w, &finding);
        if (w->out->len <= end || !shown) continue;
        *w = before;
        w->out->len = len;
        break;
    }
    json_end(w);
    return shown;
}

static void write_limits(JsonWriter *w, const Result *result)
{
    if (!result->problem && !result->stale && !result->interrupted) return;
    json_key(w, "limits");
    json_begin_array(w);
    if (result->interrupted) json_write_str(w, STR("stopped early"));
    if (result->stale) json_write_str(w, STR("not what the files would give at leisure"));
    if (result->problem) json_write_str(w, result->problem->detail);
    for (size_t i = 0; i < MIN(result->more_count, (size_t)SUMMARY_STRINGS); i++)
        json_write_str(w, result->more_problems[i]->detail);
    json_end(w);
}

void mcp_answer_write(JsonWriter *w, const AnswerCut *cut)
{
    Arena *arena = w->out->arena;
    const Result *result = &cut->asked->result;
    size_t end = w->out->len + room_of(cut), total = order_of(result).count;
    const Json *summary = mcp_answer_summary(arena, cut->asked);
    json_begin_object(w);
    json_key(w, "at");
    write_at(w, cut->where);
    write_limits(w, result);
    json_key(w, "summary");
    json_begin_object(w);
    write_facts(w, summary, end);
    if (!total) write_rows(w, summary, end);
    json_end(w);
    if (total) {
        size_t next = cut->from + write_findings(w, cut, end);
        json_member_int(w, "findings_total", (int64_t)total);
        if (next < total)
            json_member_str(w, "more",
                            str_format(arena,
                                       "%zu findings follow: the same with from=%zu, or a larger "
                                       "budget_tokens, or narrower",
                                       total - next, next));
    }
    json_end(w);
}

Str mcp_problem_text(Arena *arena, Fail fail)
{
    Buf buf = buf_on(arena);
    const Json *hint = json_get(fail->ext, STR("hint"));
    buf_addf(&buf, "%s: " STR_FMT, problem_spec(fail->kind)->title, STR_ARG(fail->detail));
    if (hint && hint->kind == JK_STR) buf_addf(&buf, "\n" STR_FMT, STR_ARG(hint->string));
    return buf_str(&buf);
}
