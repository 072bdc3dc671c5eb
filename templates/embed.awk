# Turns the mail templates into one C table, so that the programs need no files
# of their own at run time: { "statement.vi.html", "text" }, in order of name.
BEGIN {
        print "/* made by templates/embed.awk */"
        print "#include \"press/template.h\""
        print "#pragma GCC diagnostic ignored \"-Woverlength-strings\""
        print "const struct template_file template_files[] = {"
}
FNR == 1 {
        if (NR > 1)
                print "        \"\"},"
        name = FILENAME
        sub(/^.*\//, "", name)
        print "        {\"" name "\","
}
{
        gsub(/\\/, "&&")
        gsub(/"/, "\\\\&")
        print "         \"" $0 "\\n\""
}
END {
        if (NR)
                print "        \"\"},"
        print "        {0, 0}};"
}
