// base/version.h - what this build calls itself. The build file reads the numbers from here.
#ifndef CQ_BASE_VERSION_H
#define CQ_BASE_VERSION_H

#define CQ_VERSION "0.1.0"
#define CQ_RELEASE_DATE "November 21, 2026" // in the man page

#endif
