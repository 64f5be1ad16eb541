// libraptor2's own header: from libraptor2-dev where that package is installed, else the copy that
// `make setup` unpacks from the same Debian package into `debian/` (never committed). PACKAGING.md says why.
#if __has_include(<raptor2/raptor2.h>)
#include <raptor2/raptor2.h>
#else
#include "debian/raptor2.h"
#endif
