# Which of the two is named first is left to the order of the environment.
CQ_CACHE_ENABLED=1 CQ_RUNTIME_CACHE_ENABLED=0 cq config show >out 2>err; echo $?
sed 's/CQ_RUNTIME_CACHE_ENABLED/NAME/g; s/CQ_CACHE_ENABLED/NAME/g; s/is false/is X/; s/is true/is X/
     s/but false/but Y/; s/but true/but Y/' err
CQ_CACHE_ENABLED=1 CQ_RUNTIME_CACHE_ENABLED=yes cq config show cache.enabled | grep -c true
