// fuzz/template.c - expressions and parts of templates: what is found lies in the text, in order,
// and the scan ends.
#include <stdlib.h>

#include "lang/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TemplateScan scan = {.text = {(const char *)data, size}};
    TemplateUse use;
    size_t last = 0;
    while (template_next(&scan, &use)) {
        Str keywords[3];
        if (use.span.start < last || use.span.start >= use.span.end) abort();
        if (use.full.end < use.span.end || use.full.end > size) abort();
        last = use.span.end;
        for (uint32_t i = 0, n = template_keywords(scan.text, &use, keywords, 3); i < n && i < 3;
             i++)
            if (!keywords[i].len) abort();
    }
    TemplateScan parts = {.text = {(const char *)data, size}};
    TemplatePart part;
    for (last = 0; template_next_part(&parts, &part); last = part.span.end)
        if (part.span.start < last || part.span.start >= part.span.end || part.span.end > size)
            abort();
    return 0;
}
