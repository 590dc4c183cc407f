// lang/java/java.h - shared by the files of Java.
#ifndef CQ_LANG_JAVA_JAVA_H
#define CQ_LANG_JAVA_JAVA_H

#include "lang/naming.h"

enum { // java.c: fields
    F_NAME,
    F_DECLARATOR,
    F_VALUE,
    F_PARAMETERS,
    F_TYPE,
    F_TYPE_ARGUMENTS,
    F_OBJECT,
    F_ELEMENT,
    F_SUPERCLASS,
    F_INTERFACES,
    F_RIGHT,
    F_LEFT,
    F_CONSTRUCTOR,
    F_FIELD,
    F_CONSEQUENCE,
    F_ALTERNATIVE,
};
enum { // java.c: symbols
    S_IDENTIFIER,
    S_SCOPED_IDENTIFIER,
    S_MODIFIERS,
    S_FORMAL_PARAMETER,
    S_SPREAD_PARAMETER,
    S_VARIABLE_DECLARATOR,
    S_CONSTANT_DECLARATION,
    S_ASTERISK,
    S_TYPE_IDENTIFIER,
    S_ENUM_CONSTANT,
    S_EXTENDS_INTERFACES,
    S_OBJECT_CREATION,
    S_INFERRED_PARAMETERS,
    S_TYPE_BOUND,
};

extern const NameRule java_name_rules[]; // names.c

#endif
