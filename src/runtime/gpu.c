// runtime/gpu.c
//
// The forked copy (probe_main) talks to the driver and writes a JSON object of the same shape as
// gpu_write_json makes; this process reads it. What the copy leaves out because it crashed or hung
// becomes the report's reason.
#include "runtime/gpu.h"

#include "base/os_process.h"
#include "base/vec.h"

enum { MOST_DEVICES = 64, DEFAULT_TIMEOUT_S = 15, MOST_BYTES = 1 << 20 };

// Attributes of cuDeviceGetAttribute, as in cuda.h.
enum { MULTIPROCESSORS = 16, CAPABILITY_MAJOR = 75, CAPABILITY_MINOR = 76 };

typedef struct Cuda { // the driver API, as far as it is needed; 0 is success
    int (*init)(unsigned flags);
    int (*driver_version)(int *version);
    int (*device_count)(int *count);
    int (*device)(int *device, int ordinal);
    int (*name)(char *name, int cap, int device);
    int (*total_memory)(size_t *bytes, int device);
    int (*attribute)(int *value, int attribute, int device);
    int (*error_name)(int error, const char **name); // may be NULL
} Cuda;

typedef struct Probe {
    Ctx *cx;
    GpuReport report;
    VEC(Str) limits;
} Probe;

static Str error_text(Probe *probe, const Cuda *cuda, const char *call, int error)
{
    const char *name = NULL;
    if (cuda->error_name && cuda->error_name(error, &name)) name = NULL;
    return str_format(probe->cx->arena, "%s: error %d%s%s", call, error, name ? ", " : "",
                      name ? name : "");
}

// Notes a step that failed, and goes on.
static bool worked(Probe *probe, const Cuda *cuda, const char *call, int error)
{
    if (error) VEC_PUSH(probe->cx->arena, &probe->limits, error_text(probe, cuda, call, error));
    return !error;
}

static bool find_functions(void *library, Cuda *cuda, const char **missing)
{
    const struct {
        void **to;
        const char *name;
    } wanted[] = {{(void **)&cuda->init, "cuInit"},
                  {(void **)&cuda->driver_version, "cuDriverGetVersion"},
                  {(void **)&cuda->device_count, "cuDeviceGetCount"},
                  {(void **)&cuda->device, "cuDeviceGet"},
                  {(void **)&cuda->name, "cuDeviceGetName"},
                  {(void **)&cuda->total_memory, "cuDeviceTotalMem_v2"},
                  {(void **)&cuda->attribute, "cuDeviceGetAttribute"}};
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        *missing = wanted[i].name;
        *wanted[i].to = os_symbol(library, wanted[i].name);
        if (!*wanted[i].to) return false;
    }
    *(void **)&cuda->error_name = os_symbol(library, "cuGetErrorName");
    return true;
}

static GpuDevice probe_device(Probe *probe, const Cuda *cuda, int ordinal)
{
    Arena *arena = probe->cx->arena;
    GpuDevice out = {.index = (uint32_t)ordinal};
    char name[256] = "";
    int device = 0, major = 0, minor = 0, count = 0;
    size_t bytes = 0;
    if (!worked(probe, cuda, "cuDeviceGet", cuda->device(&device, ordinal))) return out;
    int error = cuda->name(name, (int)sizeof name - 1, device);
    if (worked(probe, cuda, "cuDeviceGetName", error)) out.name = str_copy(arena, str_from(name));
    if (worked(probe, cuda, "cuDeviceTotalMem", cuda->total_memory(&bytes, device)))
        out.memory_bytes = bytes;
    error = cuda->attribute(&major, CAPABILITY_MAJOR, device);
    if (!error) error = cuda->attribute(&minor, CAPABILITY_MINOR, device);
    if (worked(probe, cuda, "cuDeviceGetAttribute(COMPUTE_CAPABILITY)", error))
        out.compute = str_format(arena, "%d.%d", major, minor);
    error = cuda->attribute(&count, MULTIPROCESSORS, device);
    if (worked(probe, cuda, "cuDeviceGetAttribute(MULTIPROCESSOR_COUNT)", error))
        out.multiprocessors = (uint32_t)MAX(count, 0);
    return out;
}

// The reason why there is no GPU to use; empty when there is one.
static Str probe_cuda(Probe *probe, const char *name)
{
    Arena *arena = probe->cx->arena;
    GpuReport *report = &probe->report;
    Cuda cuda = {0};
    Str why = {0};
    const char *missing = NULL;
    void *library = os_library(probe->cx, name, &why);
    if (!library) return str_format(arena, "no CUDA driver: " STR_FMT, STR_ARG(why));
    if (!find_functions(library, &cuda, &missing))
        return str_format(arena, "%s lacks %s", name, missing);
    int version = 0, count = 0, error = cuda.init(0);
    if (error) return error_text(probe, &cuda, "cuInit", error);
    if (worked(probe, &cuda, "cuDriverGetVersion", cuda.driver_version(&version)))
        report->cuda_version = str_format(arena, "%d.%d", version / 1000, version % 1000 / 10);
    error = cuda.device_count(&count);
    if (error) return error_text(probe, &cuda, "cuDeviceGetCount", error);
    if (count <= 0) return STR("the CUDA driver sees no device");
    report->device_count = (size_t)MIN(count, MOST_DEVICES);
    GpuDevice *devices = ARENA_ARRAY(arena, GpuDevice, report->device_count);
    for (size_t i = 0; i < report->device_count; i++)
        devices[i] = probe_device(probe, &cuda, (int)i);
    report->devices = devices;
    return STR_NONE;
}

// NVML adds only the driver's version; without it a limit is noted.
static void probe_nvml(Probe *probe, const char *name)
{
    Arena *arena = probe->cx->arena;
    Str why = {0};
    char version[128] = "";
    int (*init)(void), (*driver_version)(char *, unsigned), (*shutdown)(void);
    void *library = os_library(probe->cx, name, &why);
    *(void **)&init = os_symbol(library, "nvmlInit_v2");
    *(void **)&driver_version = os_symbol(library, "nvmlSystemGetDriverVersion");
    *(void **)&shutdown = os_symbol(library, "nvmlShutdown");
    if (!init || !driver_version || !shutdown) {
        if (library) why = str_format(arena, "%s lacks a function", name);
        VEC_PUSH(arena, &probe->limits,
                 str_format(arena, "driver version unknown: " STR_FMT, STR_ARG(why)));
        return;
    }
    int error = init();
    if (!error) error = driver_version(version, sizeof version - 1);
    if (!error) probe->report.driver_version = str_copy(arena, str_from(version));
    else
        VEC_PUSH(arena, &probe->limits,
                 str_format(arena, "driver version unknown: NVML error %d", error));
    shutdown();
}

// In the forked copy.
static void probe_main(void *arg, OsFile out)
{
    const GpuSpec *spec = arg;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Probe probe = {.cx = &cx};
    GpuReport *report = &probe.report;
    Buf buf = buf_on(&arena);
    JsonWriter w = {.out = &buf};
    report->reason = probe_cuda(&probe, spec->cuda);
    report->available = !report->reason.len;
    if (report->available) probe_nvml(&probe, spec->nvml);
    report->limits = probe.limits.items;
    report->limit_count = probe.limits.len;
    gpu_write_json(&w, report);
    Fail fail = os_write(&cx, out, buf_str(&buf));
    (void)fail; // the reader sees that nothing came
}

static Str text_at(const Json *object, Str key)
{
    const Json *value = json_get(object, key);
    return value && value->kind == JK_STR ? value->string : STR_NONE;
}

static uint64_t number_at(const Json *object, Str key)
{
    const Json *value = json_get(object, key);
    return value && value->kind == JK_INT && value->integer > 0 ? (uint64_t)value->integer : 0;
}

static size_t items_of(const Json *array)
{
    return array && array->kind == JK_ARRAY ? array->len : 0;
}

static void read_devices(Arena *arena, const Json *array, GpuReport *out)
{
    GpuDevice *devices = ARENA_ARRAY(arena, GpuDevice, items_of(array));
    for (size_t i = 0; i < items_of(array); i++) {
        const Json *item = array->items[i];
        devices[i] = (GpuDevice){
            .index = (uint32_t)number_at(item, STR("index")),
            .name = text_at(item, STR("name")),
            .memory_bytes = number_at(item, STR("memory_bytes")),
            .compute = text_at(item, STR("compute")),
            .multiprocessors = (uint32_t)number_at(item, STR("multiprocessors")),
        };
    }
    out->devices = devices;
    out->device_count = items_of(array);
}

// What the copy wrote. Fails: BAD_REQUEST, when it is cut off.
static Fail read_report(Arena *arena, Str text, GpuReport *out)
{
    const Json *from = NULL;
    TRY(json_parse(arena, text, &from));
    const Json *available = json_get(from, STR("available")),
               *limits = json_get(from, STR("limits"));
    *out = (GpuReport){.available = available && available->boolean,
                       .reason = text_at(from, STR("reason")),
                       .cuda_version = text_at(from, STR("cuda_version")),
                       .driver_version = text_at(from, STR("driver_version")),
                       .limit_count = items_of(limits)};
    Str *texts = ARENA_ARRAY(arena, Str, out->limit_count);
    for (size_t i = 0; i < out->limit_count; i++) texts[i] = limits->items[i]->string;
    out->limits = texts;
    read_devices(arena, json_get(from, STR("devices")), out);
    return NULL;
}

static Str why_cut_off(Arena *arena, const OsForked *forked, int64_t timeout_ns)
{
    if (!forked->in_time)
        return str_format(arena, "the CUDA driver did not answer within %lld ms",
                          (long long)(timeout_ns / NS_PER_MS));
    if (forked->signal)
        return str_format(arena, "the CUDA driver crashed with signal %d", forked->signal);
    return str_format(arena, "the CUDA driver ended the probe with status %d", forked->exit_code);
}

Fail gpu_probe(Ctx *cx, const GpuSpec *spec, GpuReport *out)
{
    GpuSpec full = *spec;
    if (!full.cuda) full.cuda = "libcuda.so.1";
    if (!full.nvml) full.nvml = "libnvidia-ml.so.1";
    if (full.timeout_ns <= 0) full.timeout_ns = DEFAULT_TIMEOUT_S * NS_PER_S;
    OsFork fork = {
        .fn = probe_main, .arg = &full, .timeout_ns = full.timeout_ns, .max_bytes = MOST_BYTES};
    OsForked forked;
    Fail fail = os_run_forked(cx, &fork, &forked);
    if (fail && fail->kind == PROBLEM_CANCELLED) return fail;
    *out = (GpuReport){0};
    if (fail) out->reason = fail->detail;
    else if (read_report(cx->arena, forked.output, out))
        *out = (GpuReport){.reason = why_cut_off(cx->arena, &forked, full.timeout_ns)};
    return NULL;
}

static void write_device(JsonWriter *w, const GpuDevice *device)
{
    json_begin_object(w);
    json_member_int(w, "index", device->index);
    json_member_str(w, "name", device->name);
    json_member_int(w, "memory_bytes", (int64_t)device->memory_bytes);
    json_member_str(w, "compute", device->compute);
    json_member_int(w, "multiprocessors", device->multiprocessors);
    json_end(w);
}

void gpu_write_json(JsonWriter *w, const GpuReport *report)
{
    json_begin_object(w);
    json_member_bool(w, "available", report->available);
    json_member_str(w, "reason", report->reason);
    json_member_str(w, "cuda_version", report->cuda_version);
    json_member_str(w, "driver_version", report->driver_version);
    json_key(w, "devices");
    json_begin_array(w);
    for (size_t i = 0; i < report->device_count; i++) write_device(w, &report->devices[i]);
    json_end(w);
    json_key(w, "limits");
    json_begin_array(w);
    for (size_t i = 0; i < report->limit_count; i++) json_write_str(w, report->limits[i]);
    json_end(w);
    json_end(w);
}

static Str or_unknown(Str text)
{
    return text.len ? text : STR("unknown");
}

void gpu_write_text(Buf *out, const GpuReport *report)
{
    if (!report->available) buf_addf(out, "no GPU: " STR_FMT "\n", STR_ARG(report->reason));
    else
        buf_addf(out, "%zu GPU%s, CUDA " STR_FMT ", driver " STR_FMT "\n", report->device_count,
                 report->device_count == 1 ? "" : "s", STR_ARG(or_unknown(report->cuda_version)),
                 STR_ARG(or_unknown(report->driver_version)));
    for (size_t i = 0; i < report->device_count; i++) {
        const GpuDevice *device = &report->devices[i];
        buf_addf(out, "  %u  " STR_FMT ", %llu MiB, compute " STR_FMT ", %u multiprocessors\n",
                 device->index, STR_ARG(or_unknown(device->name)),
                 (unsigned long long)(device->memory_bytes >> 20),
                 STR_ARG(or_unknown(device->compute)), device->multiprocessors);
    }
    for (size_t i = 0; i < report->limit_count; i++)
        buf_addf(out, "  note: " STR_FMT "\n", STR_ARG(report->limits[i]));
}
