// cmake/grammars/advance.c - what lexer->advance does, at once where one ASCII character follows
// another in UTF-8. It knows the core's lexer from within, as its headers show it.
#include "lexer.h"

void cq_lexer_advance(void *lexer, bool skip)
{
    Lexer *self = lexer;
    uint32_t next = self->current_position.bytes + 1;
    bool plain = self->chunk && self->input.encoding == TSInputEncodingUTF8 &&
                 self->lookahead_size == 1 && self->data.lookahead != '\n' &&
                 next > self->chunk_start && next - self->chunk_start < self->chunk_size &&
                 next < self->included_ranges[self->current_included_range_index].end_byte &&
                 !self->logger.log;
    signed char c = plain ? (signed char)self->chunk[next - self->chunk_start] : -1;
    if (c < 0) {
        self->data.advance(&self->data, skip);
        return;
    }
    self->column_data.value += self->column_data.valid;
    self->current_position.extent.column++;
    self->current_position.bytes = next;
    if (skip) self->token_start_position = self->current_position;
    self->data.lookahead = c;
}
