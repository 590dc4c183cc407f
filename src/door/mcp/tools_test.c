// door/mcp/tools_test.c - the list of tools is short; a call's arguments are taken as a model means
// them; a client's configuration keeps what is in it.
#include "door/mcp/tools.h"

#include "door/mcp/install.h"
#include "door/mcp/session.h"
#include "door/mcp/uri.h"
#include "support/check.h"

enum { MOST_TOOLS = 6, MOST_BYTES = 4096 };

static void test_the_list_is_short(void **state)
{
    (void)state;
    Arena arena = {0};
    for (int roots = 0; roots < 2; roots++) {
        Buf buf = buf_on(&arena);
        JsonWriter w = {.out = &buf};
        const Json *list = NULL;
        mcp_tools_write(&w, &(ToolListing){.structured = true, .roots = roots});
        assert_true(buf.len <= MOST_BYTES - 64); // the message around it
        assert_null(json_parse(&arena, buf_str(&buf), &list));
        assert_true(json_get(list, STR("tools"))->len <= MOST_TOOLS);
    }
    arena_fini(&arena);
}

// Every argument that a tool lists is one of its operation's.
static void test_arguments_are_the_operations(void **state)
{
    (void)state;
    for (const ToolSpec *tool = mcp_tools; tool->name; tool++) {
        const OpSpec *op = tool->op ? op_named(str_from(tool->op)) : NULL;
        assert_true(op || !tool->op);
        for (const ToolArg *arg = tool->args; op && arg->name; arg++) {
            const Field *field = op->args;
            print_message("%s %s\n", tool->name, arg->name);
            while (field->name && strcmp(field->name, arg->name)) field++;
            assert_non_null(field->name);
        }
    }
}

typedef struct CallCase {
    const char *tool, *arguments;
    const char *op, *args; // as they come out, or
    const char *pointer;   // of the fault
} CallCase;

static const CallCase calls[] = {
    {"search", "{\"pattern\":\"x\",\"in\":\"a\",\"word\":\"true\",\"limit\":\"7\"}", "search",
     "{\"pattern\":\"x\",\"in\":[\"a\"],\"word\":true,\"limit\":7}", NULL},
    {"search", "{\"pattern\":\"true\",\"in\":null}", "search", "{\"pattern\":\"true\"}", NULL},
    {"find", "{\"question\":\"x\",\"budget_tokens\":\"200\"}", "find", "{\"question\":\"x\"}",
     NULL},
    {"read", "{\"path\":\"a\",\"outline\":true}", "outline", "{\"files\":[\"a\"]}", NULL},
    {"read", "{\"path\":\"a\",\"outline\":false}", "read", "{\"path\":\"a\",\"max_bytes\":5332}",
     NULL},
    {"run", "{\"op\":\"history\",\"args\":{\"path\":\"a\"}}", "history", "{\"path\":\"a\"}", NULL},
    {"run", "{\"op\":\"history\",\"path\":\"a\"}", NULL, NULL, "/path"},
    {"search", "{\"pattern\":\"x\",\"budget_tokens\":99}", NULL, NULL, "/budget_tokens"},
    {"search", "{\"pattern\":\"x\",\"from\":-1}", NULL, NULL, "/from"},
    {"search", "{\"pattern\":\"x\",\"root\":[]}", NULL, NULL, "/root"},
};

static void test_calls(void **state)
{
    (void)state;
    Arena arena = {0};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        const CallCase *c = &calls[i];
        const Json *arguments = NULL;
        ToolCall call;
        print_message("%s %s\n", c->tool, c->arguments);
        assert_null(json_parse(&arena, str_from(c->arguments), &arguments));
        Fail fail = mcp_tool_read(&arena, mcp_tool_named(str_from(c->tool)), arguments, &call);
        if (c->pointer) {
            assert_true(fail &&
                        str_eq(json_get(fail->ext, STR("pointer"))->string, str_from(c->pointer)));
            continue;
        }
        Buf buf = buf_on(&arena);
        JsonWriter w = {.out = &buf};
        assert_null(fail);
        json_write(&w, call.args);
        assert_string_equal(buf_str(&buf).ptr, c->args);
        assert_true(str_eq(call.op, str_from(c->op)));
    }
    arena_fini(&arena);
}

static const struct {
    const char *uri, *path;
} uris[] = {
    {"file:///a/b%20c", "/a/b c"},
    {"file://localhost/a", "/a"},
    {"file:///%41", "/A"},
    {"file:///100%", "/100%"},
    {"file://host/a", ""},
    {"file:///a%00b", ""},
    {"http:///a", ""},
    {"file://", ""},
    {"", ""},
};

static void test_uris(void **state)
{
    (void)state;
    Arena arena = {0};
    for (size_t i = 0; i < sizeof uris / sizeof *uris; i++)
        assert_true(str_eq(mcp_uri_path(&arena, str_from(uris[i].uri)), str_from(uris[i].path)));
    arena_fini(&arena);
}

// What merges once is found there the next time, for every client.
static void test_an_entry_is_found_again(void **state)
{
    (void)state;
    Arena arena = {0};
    for (const char *const *name = mcp_client_names; *name; name++) {
        InstallSpec spec = {.client = str_from(*name), .command = STR("/a \"b\"/cq")};
        Str text, again;
        bool same = true;
        assert_null(mcp_install_merge(&arena, &spec, STR_NONE, &text, &same));
        assert_false(same);
        assert_null(mcp_install_merge(&arena, &spec, text, &again, &same));
        assert_true(same);
    }
    arena_fini(&arena);
}

int door_mcp_tools_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_list_is_short),
        cmocka_unit_test(test_arguments_are_the_operations),
        cmocka_unit_test(test_calls),
        cmocka_unit_test(test_uris),
        cmocka_unit_test(test_an_entry_is_found_again),
    };
    return RUN_TESTS(tests);
}
