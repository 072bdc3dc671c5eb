# Turns a gettext catalogue into the sorted C table of press/msg.h.
# PO strings are C strings already, so they are carried over as they stand.
# Fuzzy entries and empty translations are left out. LC_ALL=C sorts as strcmp().
function flush() {
        if (id != "" && str != "" && !fuzzy)
                print "        {\"" id "\", \"" str "\"}," | sort
        id = str = part = ""
        fuzzy = next_fuzzy
        next_fuzzy = 0
}
function quoted(line) {
        sub(/^[^"]*"/, "", line)
        sub(/"[ \t\r]*$/, "", line)
        return line
}
BEGIN {
        sort = "LC_ALL=C sort -t '\"' -k 2,2"
        print "/* made from " FILE " by po.awk */"
        print "#include \"press/msg.h\""
        print "const struct msg_entry msg_vi[] = {"
        fflush()
}
/^#,.*fuzzy/ { next_fuzzy = 1; next }
/^#/ { next }
/^msgid "/ { flush(); part = "id"; id = quoted($0); next }
/^msgstr "/ { part = "str"; str = quoted($0); next }
/^"/ { if (part == "id") id = id quoted($0); else str = str quoted($0); next }
END {
        flush()
        close(sort)
        print "        {\"\\xff\", \"\"}};"
        print "const size_t msg_vi_n = sizeof(msg_vi) / sizeof(msg_vi[0]) - 1;"
}
