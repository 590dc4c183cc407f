// door/http/agent_streams.c
//
// DESIGN. What a session says goes through agent_send. An answer to a POST waits in its stream's
// `answer` for the handler, which returns it in one piece, unless the stream has begun: by a
// message before the answer, or by agent_tend_streams because it takes long. From then on messages
// are events, kept in the stream and sent by whoever comes to it first (`sending`), so that they
// keep their order. `call` is who gets them: the POST itself, and after a GET with Last-Event-ID
// that one. A handler takes its call out of the stream before it returns; so a call in a stream is
// alive for whoever holds the mutex.
// Streams are freed when nobody uses them: at once when they were none, else when many newer ones
// have ended. The oldest events go when a session keeps too many bytes; who then asks for them is
// told how many are missing.
#include "door/http/agents_.h"

#include "base/clock.h"

#define KEEP_ALIVE_NS (15 * NS_PER_S)
#define BEGIN_AFTER_NS (2 * NS_PER_S)

enum { MOST_ENDED = 16, MOST_VICTIMS = 16 };

// ---- events

static void drop_first_locked(AgentStream *stream)
{
    AgentEvent *event = stream->first;
    stream->first = event->next;
    if (!stream->first) stream->last = NULL;
    stream->lost = event->number;
    stream->agent->kept_bytes -= event->len;
    mem_free(event);
}

// The stream with the oldest event that is not the newest of its own.
static AgentStream *oldest_locked(const HttpAgent *agent)
{
    AgentStream *oldest = NULL;
    for (AgentStream *at = agent->streams; at; at = at->next)
        if (at->first && at->first != at->last &&
            (!oldest || at->first->order < oldest->first->order))
            oldest = at;
    if (oldest) return oldest;
    for (AgentStream *at = agent->streams; at; at = at->next)
        if (at->first && at->ended && (!oldest || at->first->order < oldest->first->order))
            oldest = at;
    return oldest;
}

static void append_locked(AgentStream *stream, Str message)
{
    HttpAgent *agent = stream->agent;
    AgentEvent *event = mem_alloc(sizeof *event + message.len);
    event->number = ++stream->count;
    event->order = ++agent->last_order;
    event->len = message.len;
    memcpy(event->text, message.ptr, message.len);
    if (stream->last) stream->last->next = event;
    else stream->first = event;
    stream->last = event;
    agent->kept_bytes += message.len;
    while (agent->kept_bytes > AGENT_MOST_KEPT) {
        AgentStream *oldest = oldest_locked(agent);
        if (!oldest) break;
        drop_first_locked(oldest);
    }
}

// ---- streams

static AgentStream *new_stream_locked(HttpAgent *agent, HttpCall *asked)
{
    if (agent->stream_count == AGENT_MOST_STREAMS) return NULL;
    AgentStream *stream = mem_alloc(sizeof *stream);
    stream->agent = agent;
    stream->number = ++agent->last_stream;
    stream->asked = stream->call = asked;
    stream->since_ns = clock_now_ns();
    stream->next = agent->streams;
    agent->streams = stream;
    agent->stream_count++;
    return stream;
}

static void free_stream_locked(AgentStream **at)
{
    AgentStream *stream = *at;
    *at = stream->next;
    stream->agent->stream_count--;
    while (stream->first) drop_first_locked(stream);
    mem_free(stream);
}

// Frees those that nobody will ask for; newest come first.
static void clean_locked(HttpAgent *agent)
{
    size_t ended = 0;
    for (AgentStream **at = &agent->streams; *at;) {
        const AgentStream *stream = *at;
        bool kept = !stream->ended || (stream->begun && ++ended <= MOST_ENDED);
        if (stream->users || kept) at = &(*at)->next;
        else free_stream_locked(at);
    }
}

void agent_free_streams(HttpAgent *agent)
{
    while (agent->streams) free_stream_locked(&agent->streams);
}

size_t agent_streams_read(HttpAgent *agent)
{
    size_t count = 0;
    mutex_lock(&agent->mutex);
    for (const AgentStream *at = agent->streams; at; at = at->next) count += at->begun && at->call;
    mutex_unlock(&agent->mutex);
    return count;
}

void agent_close_streams(HttpAgent *agent)
{
    mutex_lock(&agent->mutex);
    agent->closing = true;
    cond_broadcast(&agent->changed);
    mutex_unlock(&agent->mutex);
}

// ---- sending

static const AgentEvent *next_locked(const AgentStream *stream)
{
    const AgentEvent *event = stream->first;
    while (event && event->number <= stream->sent) event = event->next;
    return event;
}

// What comes next, and what is missing before it. False when nothing is.
static bool write_next_locked(Buf *out, AgentStream *stream)
{
    const AgentEvent *event = next_locked(stream);
    uint64_t next = event ? event->number : stream->lost + 1;
    if (next > stream->sent + 1)
        buf_addf(out, ": %llu events are not kept any more\n\n",
                 (unsigned long long)(next - stream->sent - 1));
    stream->sent = MAX(stream->sent, event ? next : next - 1);
    if (!event) return out->len > 0;
    buf_addf(out, "id: %llu-%llu\ndata: ", (unsigned long long)stream->number,
             (unsigned long long)event->number);
    buf_add(out, (Str){event->text, event->len});
    buf_add(out, STR("\n\n"));
    return true;
}

static void lose_locked(AgentStream *stream)
{
    stream->call = NULL;
    stream->since_ns = clock_now_ns();
}

// Sends this call what there is, unless another thread does, or another call gets it.
static void send_events(AgentStream *stream, HttpCall *call)
{
    HttpAgent *agent = stream->agent;
    Arena arena = {0};
    Buf buf = buf_on(&arena);
    mutex_lock(&agent->mutex);
    bool mine = !stream->sending;
    stream->sending = true;
    while (mine && stream->call == call && write_next_locked(&buf, stream)) {
        mutex_unlock(&agent->mutex);
        bool reads = call_write(call, buf_str(&buf));
        arena_reset(&arena);
        buf = buf_on(&arena);
        mutex_lock(&agent->mutex);
        if (!reads && stream->call == call) lose_locked(stream);
    }
    if (mine) stream->sending = false;
    cond_broadcast(&agent->changed);
    mutex_unlock(&agent->mutex);
    arena_fini(&arena);
}

// An event without a message, for its id: what a client needs to resume a stream.
static Str prime_text(Arena *arena, const AgentStream *stream)
{
    return str_format(arena, "id: %llu-%llu\ndata: \n\n", (unsigned long long)stream->number,
                      (unsigned long long)stream->sent);
}

static void begin_locked(AgentStream *stream)
{
    stream->begun = true;
    call_stream(stream->asked, STR("text/event-stream"));
    if (!stream->agent->primed) return;
    Arena arena = {0};
    call_write(stream->asked, prime_text(&arena, stream)); // the first: it does not wait
    arena_fini(&arena);
}

// What answers a POST, or comes before its answer.
static void send_answer(AgentStream *stream, Str message, bool last)
{
    HttpAgent *agent = stream->agent;
    mutex_lock(&agent->mutex);
    if (!stream->begun && !last && !call_gone(stream->asked)) begin_locked(stream);
    if (!stream->begun && last) stream->answer = str_copy(call_arena(stream->asked), message);
    else if (stream->begun && message.len) append_locked(stream, message);
    if (last) stream->ended = true;
    bool here = stream->begun && stream->call == stream->asked;
    cond_broadcast(&agent->changed);
    mutex_unlock(&agent->mutex);
    if (here) send_events(stream, stream->asked);
}

// The stream of the session itself whose client listens; else one that waits for a client.
static AgentStream *own_stream_locked(HttpAgent *agent)
{
    AgentStream *waits = NULL;
    for (AgentStream *at = agent->streams; at; at = at->next) {
        if (at->asked) continue;
        if (at->call) return at;
        if (!waits) waits = at;
    }
    return waits ? waits : new_stream_locked(agent, NULL);
}

void agent_send(void *self, void *origin, Str message, bool last)
{
    HttpAgent *agent = self;
    if (origin) {
        send_answer(origin, message, last);
        return;
    }
    mutex_lock(&agent->mutex);
    AgentStream *stream = own_stream_locked(agent);
    if (stream) append_locked(stream, message); // its handler sends it
    cond_broadcast(&agent->changed);
    mutex_unlock(&agent->mutex);
}

// ---- POST

static AgentStream *begin_exchange(HttpAgent *agent, HttpCall *call)
{
    mutex_lock(&agent->mutex);
    AgentStream *stream = new_stream_locked(agent, call);
    if (stream) stream->users = 1;
    mutex_unlock(&agent->mutex);
    return stream;
}

// True when its events were sent; else *answer is to be returned.
static bool end_exchange(AgentStream *stream, Str *answer)
{
    HttpAgent *agent = stream->agent;
    mutex_lock(&agent->mutex);
    while (stream->sending && stream->call == stream->asked)
        cond_wait(&agent->changed, &agent->mutex);
    bool begun = stream->begun;
    *answer = stream->answer;
    stream->ended = true;
    if (stream->call == stream->asked) lose_locked(stream);
    stream->users--;
    clean_locked(agent);
    mutex_unlock(&agent->mutex);
    return begun;
}

void agent_answer(HttpAgent *agent, HttpCall *call)
{
    Str answer;
    AgentStream *stream = begin_exchange(agent, call);
    if (!stream) {
        call_add_header(call, "Retry-After", STR("1"));
        call_refuse(call, 429, "this session has %d streams open", AGENT_MOST_STREAMS);
        return;
    }
    call_add_header(call, "Cache-Control", STR("no-store"));
    McpTaken taken = mcp_session_take(agent->session, call_body(call), stream);
    if (end_exchange(stream, &answer)) return;
    if (!answer.len) call_reply(call, 202, STR_NONE, STR_NONE); // nothing to say, or cancelled
    else call_reply(call, taken == MCP_REFUSED ? 400 : 200, STR("application/json"), answer);
}

// ---- GET

// "STREAM-EVENT"; false when it is no such thing.
static bool read_id(Str text, uint64_t *stream, uint64_t *event)
{
    int64_t left = 0, right = 0;
    size_t dash = str_find(text, '-');
    bool fits = str_to_int(str_sub(text, 0, dash), &left) &&
                str_to_int(str_sub(text, dash + 1, text.len), &right);
    *stream = (uint64_t)left;
    *event = (uint64_t)right;
    return fits && left > 0 && right >= 0;
}

static AgentStream *numbered_locked(const HttpAgent *agent, uint64_t number)
{
    AgentStream *at = agent->streams;
    while (at && at->number != number) at = at->next;
    return at;
}

// One of the session itself that nobody listens to; else a new one.
static AgentStream *fresh_locked(HttpAgent *agent)
{
    AgentStream *at = agent->streams;
    while (at && (at->asked || at->call)) at = at->next;
    return at ? at : new_stream_locked(agent, NULL);
}

// Whoever got its events before gets them no longer. NULL: there is no such stream.
static AgentStream *attach(HttpAgent *agent, HttpCall *call, Str behind, Str *prime)
{
    uint64_t number = 0, event = 0;
    if (behind.len && !read_id(behind, &number, &event)) return NULL;
    mutex_lock(&agent->mutex);
    AgentStream *stream = behind.len ? numbered_locked(agent, number) : fresh_locked(agent);
    if (stream && (!stream->asked || stream->begun)) {
        stream->users++;
        stream->call = call;
        stream->begun = true;
        if (behind.len) stream->sent = MIN(event, stream->count);
        else if (agent->primed) *prime = prime_text(call_arena(call), stream);
    } else stream = NULL;
    cond_broadcast(&agent->changed);
    mutex_unlock(&agent->mutex);
    return stream;
}

static void detach(AgentStream *stream, const HttpCall *call)
{
    HttpAgent *agent = stream->agent;
    mutex_lock(&agent->mutex);
    if (stream->call == call) lose_locked(stream);
    stream->users--;
    clean_locked(agent);
    mutex_unlock(&agent->mutex);
}

// Waits a second at most for something to do. False when there will be nothing more.
static bool await_events(AgentStream *stream, HttpCall *call)
{
    HttpAgent *agent = stream->agent;
    mutex_lock(&agent->mutex);
    bool waits = stream->sending || !next_locked(stream);
    if (waits && stream->call == call && !stream->ended && !agent->closing && !call_gone(call))
        cond_wait_until(&agent->changed, &agent->mutex, clock_now_ns() + NS_PER_S);
    bool mine = stream->call == call && !call_gone(call);
    bool more = stream->sending || next_locked(stream) || !stream->ended;
    bool goes_on = mine && more && !agent->closing;
    mutex_unlock(&agent->mutex);
    return goes_on;
}

static void follow(AgentStream *stream, HttpCall *call)
{
    int64_t alive_ns = clock_now_ns();
    do {
        send_events(stream, call);
        if (clock_now_ns() - alive_ns < KEEP_ALIVE_NS) continue;
        if (!call_write(call, STR(": keep-alive\n\n"))) return;
        alive_ns = clock_now_ns();
    } while (await_events(stream, call));
}

void agent_listen(HttpAgent *agent, HttpCall *call, Str behind)
{
    Str prime = STR_NONE;
    AgentStream *stream = attach(agent, call, behind, &prime);
    if (!stream) {
        call_refuse(call, 400, "nothing is kept behind that Last-Event-ID; leave it out");
        return;
    }
    call_add_header(call, "Cache-Control", STR("no-store"));
    call_let_go(call);
    call_stream(call, STR("text/event-stream"));
    if (prime.len) call_write(call, prime);
    follow(stream, call);
    detach(stream, call);
}

// ---- looking after them

// What nobody waits for any more; each with one more user.
static size_t find_victims_locked(HttpAgent *agent, int64_t now_ns, AgentStream **out)
{
    int64_t resume_ns = (int64_t)(agent->agents->spec.resume_s * (double)NS_PER_S);
    size_t count = 0;
    for (AgentStream *at = agent->streams; at && count < MOST_VICTIMS; at = at->next) {
        if (!at->asked || at->ended) continue;
        bool gone = !at->call || call_gone(at->call);
        if (at->begun && at->call && gone) lose_locked(at);
        bool late = now_ns - at->since_ns > BEGIN_AFTER_NS;
        if (!at->begun && !gone && agent->primed && late) begin_locked(at);
        if (!gone || (at->begun && now_ns - at->since_ns < resume_ns)) continue;
        at->users++;
        out[count++] = at;
    }
    return count;
}

void agent_tend_streams(HttpAgent *agent, int64_t now_ns)
{
    AgentStream *victims[MOST_VICTIMS];
    mutex_lock(&agent->mutex);
    size_t count = find_victims_locked(agent, now_ns, victims);
    mutex_unlock(&agent->mutex);
    for (size_t i = 0; i < count; i++) mcp_session_cancel(agent->session, victims[i]);
    mutex_lock(&agent->mutex);
    for (size_t i = 0; i < count; i++) victims[i]->users--;
    clean_locked(agent);
    mutex_unlock(&agent->mutex);
}
