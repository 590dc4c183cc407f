cq q 'pattern="f(" lang=python'; cq q 'entity=function globs=['; cq q entity=function in=nowhere
