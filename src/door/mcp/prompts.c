// door/mcp/prompts.c - questions that people ask often, spelled out for the model.
#include "door/mcp/session_.h"

typedef struct PromptSpec {
    const char *name, *says;
    const char *arg, *arg_says;  // the only argument, required
    const char *before, *behind; // of its value
} PromptSpec;

static const PromptSpec prompts[] = {
    {"explain", "Explain how something works in this code", "topic", "a feature, name or file",
     "Explain how this works in the code base: ",
     "\nUse `find` to locate it, `read` what matters, and `search` or `calls` to see who uses it. "
     "Name files and lines for each claim; say what you did not verify."},
    {"impact", "What a change of a definition would touch", "target",
     "a name, Class.method or PATH:LINE", "What would a change of this touch: ",
     "\nList its definitions and every use (`calls` where it is offered, else `search`), tests "
     "apart from code. Say for each use how certain it is, and give exact totals."},
    {"review", "Review the uncommitted changes, or an area", "area",
     "a path, or \"changes\" for what is not committed", "Review this area of the code: ",
     "\nRead it, look at who calls what changed (`calls`, `search`) and at its history (`run` with "
     "op \"history\"). Report defects by severity, each with file and line and how to show it."},
    {0},
};

static void write_argument(JsonWriter *w, const PromptSpec *prompt)
{
    json_key(w, "arguments");
    json_begin_array(w);
    json_begin_object(w);
    json_member_str(w, "name", str_from(prompt->arg));
    json_member_str(w, "description", str_from(prompt->arg_says));
    json_member_bool(w, "required", true);
    json_end(w);
    json_end(w);
}

void mcp_prompts_list(Request *request)
{
    JsonWriter *w = &request->w;
    json_begin_object(w);
    json_key(w, "prompts");
    json_begin_array(w);
    for (const PromptSpec *prompt = prompts; prompt->name; prompt++) {
        json_begin_object(w);
        json_member_str(w, "name", str_from(prompt->name));
        json_member_str(w, "description", str_from(prompt->says));
        write_argument(w, prompt);
        json_end(w);
    }
    json_end(w);
    json_end(w);
}

static void write_message(JsonWriter *w, const PromptSpec *prompt, Str value)
{
    json_begin_object(w);
    json_member_str(w, "description", str_from(prompt->says));
    json_key(w, "messages");
    json_begin_array(w);
    json_begin_object(w);
    json_member_str(w, "role", STR("user"));
    json_key(w, "content");
    json_begin_object(w);
    json_member_str(w, "type", STR("text"));
    json_member_str(w, "text",
                    str_format(w->out->arena, "%s" STR_FMT "%s", prompt->before, STR_ARG(value),
                               prompt->behind));
    json_end(w);
    json_end(w);
    json_end(w);
    json_end(w);
}

void mcp_prompts_get(Request *request)
{
    Str name;
    if (!request_string(request, "name", &name)) return;
    const PromptSpec *prompt = prompts;
    while (prompt->name && !str_eq(name, str_from(prompt->name))) prompt++;
    if (!prompt->name) {
        request_fail(request, RPC_INVALID_PARAMS, "no prompt \"" STR_FMT "\"", STR_ARG(name));
        return;
    }
    const Json *value = json_get(request_param(request, "arguments"), str_from(prompt->arg));
    if (!value || value->kind != JK_STR || !value->string.len) {
        request_fail(request, RPC_INVALID_PARAMS, "the prompt needs the argument \"%s\": %s",
                     prompt->arg, prompt->arg_says);
        return;
    }
    write_message(&request->w, prompt, value->string);
}
