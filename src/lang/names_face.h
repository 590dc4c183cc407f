// lang/names_face.h - the face of a file: a hash of what other files can see of its names.
//
// Definitions, members, parameters, imports, types count. An edit inside a function body leaves it
// as it is, unless what the function gives to others comes from there. Offsets, lines and comments
// do not count, nor does the file's path.
//
// Threads: pure. Memory: a value.
#ifndef CQ_LANG_NAMES_FACE_H
#define CQ_LANG_NAMES_FACE_H

#include "base/hash.h"
#include "lang/names.h"

// Of `facts` only the definitions are looked at.
Hash128 names_face(const Facts *facts, const Names *names, Str text);
// Of a file that is no code: whoever reads it (go.mod) reads the text.
Hash128 names_face_of_text(Str text);

#endif
