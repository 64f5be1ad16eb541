#ifndef COHORTIUM_CZLIB_H
#define COHORTIUM_CZLIB_H

#include <zlib.h>

// Macros do not come through to Swift.
static inline int cohortium_deflate_init(z_streamp stream, int level) {
    // 15 bits of window, and 16 for a gzip header (zlib.h, deflateInit2).
    return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}

#endif
