cq q 'entity=function globs=*.py,!test_*' ; cq q 'entity=function exclude=src,lib/,web'; cq q 'entity=function lang=rust,go'
