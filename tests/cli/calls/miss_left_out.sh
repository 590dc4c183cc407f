# A name that nothing defines may stand in files that cannot be looked at: the answer says so.
printf 'def latin():\n    return "\351"\n' >pkg/latin.py
for op in calls nb; do cq $op latin; done
