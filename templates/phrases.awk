# templates/phrases.txt to C: an array and a struct phrase_list of each [name].
function close_list() {
        if (name != "")
                printf "};\nconst struct phrase_list %s = {%s_v, %d};\n", name, name, n
}
BEGIN { print "#include \"press/phrase.h\"" }
/^#/ || /^$/ { next }
/^\[(said|why)_/ {
        close_list()
        name = substr($0, 2, index($0, "]") - 2)
        n = 0
        printf "static const char *const %s_v[] = {\n", name
        next
}
{
        gsub(/["\\]/, "\\\\&")
        printf "\"%s\",\n", $0
        n++
}
END { close_list() }
