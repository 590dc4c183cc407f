cq q 'pattern="raise $X" $X=~Error'; cq q 'pattern="raise $X" $X!=~Value'
cq q 'pattern="raise $X" $Y=~a'
