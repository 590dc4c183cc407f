cq metrics process_ | sed -E '/^#/!s/ [1-9][0-9.e+]*$/ N/; /^process_cpu/s/ 0\.[0-9]+$/ N/'
