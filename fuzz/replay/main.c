// fuzz/replay/main.c - runs a fuzz target once for each file named (or in each folder named), as a
// test. Where the compiler has libFuzzer, its own main does this and more.
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return 1;
    }
    uint8_t *data = NULL;
    size_t size = 0, room = 0, got = 0;
    do {
        size += got;
        if (size == room) {
            room = room ? 2 * room : 4096;
            data = realloc(data, room);
            if (!data) abort();
        }
        got = fread(data + size, 1, room - size, file);
    } while (got > 0);
    fclose(file);

    // An exact copy on the heap, so that ASan sees one byte too far.
    uint8_t *exact = malloc(size ? size : 1);
    if (!exact) abort();
    for (size_t i = 0; i < size; i++) exact[i] = data[i];
    free(data);
    fprintf(stderr, "%s\n", path); // the last one named is the one that crashed
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    return 0;
}

static int replay_folder(const char *path)
{
    int bad = 0;
    struct dirent **entries = NULL;
    int n = scandir(path, &entries, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        char name[4096];
        snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.') bad |= replay_file(name);
        free(entries[i]);
    }
    free(entries);
    return bad;
}

int main(int argc, char **argv)
{
    int bad = 0;
    LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    for (int i = 1; i < argc; i++) {
        struct stat st;
        if (stat(argv[i], &st) != 0) {
            perror(argv[i]);
            bad = 1;
        } else {
            bad |= S_ISDIR(st.st_mode) ? replay_folder(argv[i]) : replay_file(argv[i]);
        }
    }
    return bad;
}
