/*
 * version.h - the version of the whole tree
 *
 * --version of each program says it, and nothing else may know another. Semantic
 * versioning: the middle number rises with the database's schema.
 */
#ifndef PRESS_VERSION_H
#define PRESS_VERSION_H

#define PRESS_VERSION "0.1.0"

#endif
