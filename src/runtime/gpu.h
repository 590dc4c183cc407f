// runtime/gpu.h - is there a GPU that CUDA can use? Asks the driver, and never fails because of it.
//
// The driver's libraries are loaded by name in a forked copy of the process, so that a driver that
// crashes or hangs costs no more than its time-out, and this process keeps none of their threads,
// files and memory.
//
// Threads: any. Memory: the report lives in cx->arena. Blocks: until the driver has answered (a
//          second or more where it has to wake the device), at most timeout_ns.
#ifndef CQ_RUNTIME_GPU_H
#define CQ_RUNTIME_GPU_H

#include "base/ctx.h"
#include "base/json.h"

typedef struct GpuSpec { // NULL and 0 give what stands behind
    const char *cuda;    // library of the driver's API: "libcuda.so.1"
    const char *nvml;    // of the management API, for the driver's version: "libnvidia-ml.so.1"
    int64_t timeout_ns;  // 15 s
} GpuSpec;

typedef struct GpuDevice {
    uint32_t index;
    Str name;              // empty when the driver did not say
    uint64_t memory_bytes; // 0 when it did not say
    Str compute;           // capability, "9.0"
    uint32_t multiprocessors;
} GpuDevice;

typedef struct GpuReport {
    bool available;     // there is a device and the driver answers
    Str reason;         // why not; empty when available
    Str cuda_version;   // newest that the driver can run, "12.4"
    Str driver_version; // "550.54.15"
    const GpuDevice *devices;
    size_t device_count;
    const Str *limits; // what could not be found out, and why
    size_t limit_count;
} GpuReport;

// Fails: CANCELLED (cx). Everything else is told in the report.
MUST_CHECK Fail gpu_probe(Ctx *cx, const GpuSpec *spec, GpuReport *out);

// One object: available, reason, cuda_version, driver_version, devices[], limits[].
void gpu_write_json(JsonWriter *w, const GpuReport *report);
void gpu_write_text(Buf *out, const GpuReport *report);

#endif
