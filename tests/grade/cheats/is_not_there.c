/* SAYS: write_all.c does not link */
#include "io.h"
