// index/glob.h - gitignore's glob dialect: the only one in cq (--glob, --in, ignore files).
//
//   *  any bytes but '/'     **  any bytes (as a whole path part)    ?  one byte but '/'
//   [a-z] [!a-z] [[:alpha:]] \x  a leading or inner '/' anchors; a trailing '/' means folders only
//   a leading '!' negates: the last pattern that matches decides
// Source: gitignore(5); behaviour checked against `git check-ignore` (tests/universe.sh). git up to
// 2.49 lets "a**" cross a '/' when what stands before it is literal; we follow the manual page.
//
// Threads: a GlobSet is frozen after glob_add. Memory: in the arena given; patterns are borrowed.
#ifndef CQ_INDEX_GLOB_H
#define CQ_INDEX_GLOB_H

#include "base/problem.h"

typedef struct Glob Glob;

typedef struct GlobSet { // all zero is a valid empty set
    Glob *items;
    size_t len, cap;
    bool fold; // set before the first glob_add: ASCII case is ignored (core.ignoreCase)
} GlobSet;

typedef enum GlobVerdict { GLOB_NONE, GLOB_MATCH, GLOB_NEGATED } GlobVerdict;

// Adds one pattern line. Blank lines and '#' comments of ignore files are for glob_add_file only.
// Fails: BAD_REQUEST (unclosed '[', unknown class, lone '\' at the end, empty pattern), with ext
// "offset".
MUST_CHECK Fail glob_add(Arena *arena, GlobSet *set, Str pattern);
// Adds every pattern of an ignore file's text. Malformed lines are left out, as git does.
void glob_add_file(Arena *arena, GlobSet *set, Str text);

// The verdict of the last pattern that matches `path`, which is relative to the set's folder,
// POSIX, without a leading "./". `name` is its last part. Only for the path itself: a caller that
// needs "inside an ignored folder" asks for each folder on the way down.
GlobVerdict glob_match(const GlobSet *set, Str path, Str name, bool is_dir);

// False when no plain (not negated) pattern can match anything below the folder `path`, so that
// nobody needs to look there. May say true in vain.
bool glob_may_match_below(const GlobSet *set, Str path);
bool glob_has_plain(const GlobSet *set); // any pattern that is not negated

#endif
