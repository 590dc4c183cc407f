cq help --man | grep "^\.SH"
