/*
 * executable.h - files that run when they are opened, which no statement should carry
 *
 * Mail servers turn such letters away, and a ministry's letter that brings macros
 * teaches its readers to open them. Judged by the content first (a program renamed to
 * .pdf stays one), then by the name. Looked for: programs of Windows, Linux and macOS,
 * scripts, shortcuts, Office documents with macros (OOXML and the older OLE2), and
 * the same by name inside of a ZIP archive. No decompression: macros and programs show in
 * the archive's directory.
 *
 * Source: PE/COFF, ELF, Mach-O, MS-SHLLINK 2.1, MS-CFB 2.2, MS-OVBA 2.2.1, ECMA-376 part 2,
 * APPNOTE.TXT 4.3.12 and 4.3.16 (ZIP's central directory).
 */
#ifndef PRESS_EXECUTABLE_H
#define PRESS_EXECUTABLE_H

#include <stddef.h>

/* What it is ("a Windows program"), a msgid for msg_text(); NULL when it does not run. */
const char *executable_kind(const char *name, const char *data, size_t n);

#endif
