cq q 'pattern="os.path.join($$$ARGS)"'; cq q 'pattern="raise $X" inside="class App"'
cq q 'pattern="$F($A, $B)" lang=c'; cq q 'any="raise $X,open($A)"'; cq q 'pattern="$F($$$A)" has="open($X)"'
