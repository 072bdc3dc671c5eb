/*
 * version.h - the version of the whole tree, as --version of each program says it
 */
#ifndef PRESS_VERSION_H
#define PRESS_VERSION_H

#define PRESS_VERSION "0.1.0"

#endif
