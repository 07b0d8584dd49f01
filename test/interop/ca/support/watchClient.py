"""A client on EPICS Base's own libca: `watchClient.py PV`. Prints `connected`, `disconnected` and `value N` as they come."""

import os, sys
import epics

def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()

pv = epics.PV(sys.argv[1], callback=lambda value=None, **_: say("value %g" % value),
    connection_callback=lambda conn=None, **_: say("connected" if conn else "disconnected"))
sys.stdin.read()
os._exit(0)
