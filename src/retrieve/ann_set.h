// retrieve/ann_set.h - the indexes of candidates of a published index, loaded: kept in a runtime
// cell, as loading takes as long as many searches.
//
// Threads: frozen once made. Memory: heap, until ann_set_free; borrows the Opened and the Faiss.
// Blocks: ann_set_new, while FAISS reads.
#ifndef CQ_RETRIEVE_ANN_SET_H
#define CQ_RETRIEVE_ANN_SET_H

#include "index/opened.h"
#include "retrieve/ann.h"

enum { // ids in the attachment ATTACH_ANN
    ANN_SECTION_HEAD = 0x500,
    ANN_SECTION_INDEX, // what ann_save gives
    ANN_SECTIONS = 2,
};

typedef struct AnnHead { // what was asked for, and what came of it
    uint32_t asked;      // AnnFamily, as configured
    uint32_t family;     // AnnFamily
    uint32_t rows, queries;
    double asked_recall, recall; // -1: not measured
} AnnHead;

typedef struct AnnSet {
    const Opened *opened;
    Ann **parts; // by part of its snapshot; NULL where there is none
    size_t count;
} AnnSet;

// What is damaged is left out; snapshot_intact tells. Fails: CANCELLED.
MUST_CHECK Fail ann_set_new(Ctx *cx, const Opened *opened, const Faiss *faiss, AnnSet **out);
void ann_set_free(AnnSet *set); // NULL is fine

// The head of a part's attachment; false when there is none.
bool ann_head(const SnapshotPart *part, AnnHead *out);

#endif
