# The file that holds the message comes before those that have more of the class of the error.
printf 'def a():\n    raise RuntimeError("bad")\n\n\ndef b():\n    raise RuntimeError("bad, too")\n' >many.py
printf 'MESSAGE = "Working outside of application context."\n\n\ndef fail(kind):\n    raise kind(MESSAGE)\n' >one.py
cq find "RuntimeError: Working outside of application context." --limit 2
