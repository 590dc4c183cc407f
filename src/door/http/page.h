// door/http/page.h - the page that GET / gives, as cmake/page.cmake makes it of door/http/page/.
//
// Memory: constant.
#ifndef CQ_DOOR_HTTP_PAGE_H
#define CQ_DOOR_HTTP_PAGE_H

#include <stddef.h>

extern const unsigned char page_html[];
extern const size_t page_html_len;
extern const char page_tag[];    // its ETag
extern const char page_policy[]; // Content-Security-Policy: only what is in the page runs

#endif
