/*
 * License text, not a doc: a blank line follows.
 */

/* Plain block directly above. */
int one(void) { return 1; }

/// First line.
/// Second line.
int two(void);

/** Doc comment. */
struct documented {
    int a; /**< trailing */
    //! above b
    int b;
    /* plain above c */
    int c;
};

// separated

int three;

/** For the macro. */
#define MACRO 1

/* Above the attribute. */
ATTRIBUTE("x")
void four(void) { }

//// not a doc marker
/***** banner *****/
/**/
int five;

/* Above both. */
typedef struct six { int x; } six_t;
