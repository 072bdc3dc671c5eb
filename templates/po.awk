# Turns a gettext catalogue into the C table of press/msg.h, sorted as strcmp()
# sorts (run it with LC_ALL=C). PO strings are C strings already, so they are
# carried over as they stand. Fuzzy entries and empty translations are left
# out; of two entries with one msgid the first counts.
function flush_entry() {
        if (id != "" && str != "" && !fuzzy && !(id in seen)) {
                seen[id] = 1
                key[n] = unescaped(id)
                line[n] = "        {\"" id "\", \"" str "\"},"
                n++
        }
        id = str = part = ""
        fuzzy = next_fuzzy
        next_fuzzy = 0
}
function quoted(text) {
        sub(/^[^"]*"/, "", text)
        sub(/"[ \t\r]*$/, "", text)
        return text
}
# An escaped quote sorts as a quote, not as a backslash.
function unescaped(text, out, c, i) {
        if (!index(text, "\\"))
                return text
        for (i = 1; i <= length(text); i++) {
                c = substr(text, i, 1)
                if (c == "\\") {
                        c = substr(text, ++i, 1)
                        c = c == "n" ? "\n" : c == "t" ? "\t" : c
                }
                out = out c
        }
        return out
}
# Shell sort of the order in which the entries are printed.
function sort_entries(gap, i, j, o) {
        for (i = 0; i < n; i++)
                order[i] = i
        for (gap = int(n / 2); gap > 0; gap = int(gap / 2))
                for (i = gap; i < n; i++) {
                        o = order[i]
                        for (j = i; j >= gap && key[order[j - gap]] "" > key[o] ""; j -= gap)
                                order[j] = order[j - gap]
                        order[j] = o
                }
}
/^#,.*fuzzy/ { next_fuzzy = 1; next }
/^#/ { next }
/^msgid "/ { flush_entry(); part = "id"; id = quoted($0); next }
/^msgstr "/ { part = "str"; str = quoted($0); next }
/^"/ { if (part == "id") id = id quoted($0); else str = str quoted($0); next }
BEGIN { n = 0 }
END {
        flush_entry()
        sort_entries()
        print "/* made from " FILE " by po.awk */"
        print "#include \"press/msg.h\""
        print "#pragma GCC diagnostic ignored \"-Woverlength-strings\""
        print "const struct msg_entry msg_vi[] = {"
        for (i = 0; i < n; i++)
                print line[order[i]]
        print "        {\"\\xff\", \"\"}};"
        print "const size_t msg_vi_n = sizeof(msg_vi) / sizeof(msg_vi[0]) - 1;"
}
