# Two definitions of one name give two tables; aliases and re-exports lead to the first.
cq calls open_store; cq calls pkg.open_it | head -n 1; cq calls --tables 1 open_store | tail -n 1
