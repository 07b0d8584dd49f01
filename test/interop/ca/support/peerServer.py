"""A server of another make for our client: `peerServer.py softioc|caproto DIRECTORY`. Prints `running`, ends with its stdin."""

import os, sys, threading

kind, directory = sys.argv[1:3]

def say_running():
    sys.stdout.write("running\n")
    sys.stdout.flush()

def end_with_stdin():
    sys.stdin.read()
    os._exit(0)

RULES = """
ASG(DEFAULT) { RULE(1,WRITE) }
ASG(locked) { INPA(perm) RULE(1,READ) RULE(1,WRITE) { CALC("A=1") } }
"""
RECORDS = """
record(ao, "double") { field(VAL, "1.5") field(PINI, "YES") }
record(ao, "mm") { field(VAL, "1.5") field(PREC, "3") field(PINI, "YES") }
record(mbbo, "enum") { field(ZRST, "Closed") field(ONST, "Open") field(TWST, "Moving") field(VAL, "1") field(PINI, "YES") }
record(stringout, "text") { field(VAL, "hello") field(PINI, "YES") }
record(stringout, "word") { field(VAL, "hello") field(PINI, "YES") }
record(waveform, "wave") { field(FTVL, "SHORT") field(NELM, "10") field(INP, [1, 2, 3]) }
record(waveform, "large") { field(FTVL, "DOUBLE") field(NELM, "12500000") }
record(ao, "locked") { field(VAL, "7") field(PINI, "YES") field(ASG, "locked") }
record(ao, "perm") { field(VAL, "0") field(PINI, "YES") }
record(ao, "slow") { field(FLNK, "slowly") }
record(calcout, "slowly") { field(CALC, "1") field(ODLY, "0.3") }
record(ao, "flood") { field(PINI, "YES") }
record(ao, "restarted") { field(VAL, "1") field(PINI, "YES") }
"""

def softioc():
    import ctypes
    from epicscorelibs.path import get_lib
    from softioc import asyncio_dispatcher, softioc
    with open(directory + "/t.acf", "w") as file: file.write(RULES)
    with open(directory + "/t.db", "w") as file:
        file.write(RECORDS)
        for index in range(10000): file.write('record(ao, "pv%d") { field(VAL, "%d") field(PINI, "YES") }\n' % (index, index))
    softioc.dbLoadDatabase(directory + "/t.db", None, None)
    ctypes.CDLL(get_lib("dbCore")).asSetFilename((directory + "/t.acf").encode())
    softioc.iocInit(asyncio_dispatcher.AsyncioDispatcher())
    say_running()
    end_with_stdin()

def caproto():
    import asyncio
    import re
    import caproto as ca
    import numpy
    from caproto.asyncio.server import run

    class Locked(ca.ChannelDouble):
        def check_access(self, host, user): return ca.AccessRights.READ

    class Slow(ca.ChannelDouble):
        async def write(self, *args, **options):
            await asyncio.sleep(0.3)
            return await super().write(*args, **options)

    class Numbered(dict):
        """Has pv0 to pv9999, too, which are made when somebody asks for them: all at once take seconds."""
        def __missing__(self, name):
            if not re.fullmatch(r"pv\d{1,4}", name): raise KeyError(name)
            self[name] = ca.ChannelDouble(value=int(name[2:]))
            return self[name]

    pvs = Numbered({
        "double": ca.ChannelDouble(value=1.5), "mm": ca.ChannelDouble(value=1.5, precision=3),
        "enum": ca.ChannelEnum(value="Open", enum_strings=["Closed", "Open", "Moving"]),
        "text": ca.ChannelString(value="hello", string_encoding="latin-1"),
        "word": ca.ChannelString(value="hello", string_encoding="latin-1"),
        "wave": ca.ChannelShort(value=[1, 2, 3], max_length=10),
        "locked": Locked(value=7), "slow": Slow(value=0), "flood": ca.ChannelDouble(value=0), "restarted": ca.ChannelDouble(value=1),
        "large": ca.ChannelDouble(value=numpy.zeros(1), max_length=12500000),
    })
    async def started(*_): say_running()
    threading.Thread(target=end_with_stdin, daemon=True).start()
    run(pvs, interfaces=["127.0.0.1"], startup_hook=started)

{"softioc": softioc, "caproto": caproto}[kind]()
