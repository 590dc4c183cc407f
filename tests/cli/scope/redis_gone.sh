# A Redis that is not there is a limit of the answer.
export CQ_REDIS_URL="unix:$PWD/none" CQ_SESSION=s
echo 'int thing;' >a.c
cq scope set --lang go | sed 's/: [^:]*$/: WHY/'
cq search thing --format lines
