"""EPICS Base's own IOC with the records of a database file; each line of stdin is a line for its shell.

`nothing` is a function for sub records that does nothing.
"""

import ctypes, os, sys
answer_to = os.dup(1)
os.dup2(2, 1)
from softioc import softioc
from epicscorelibs.ioc import dbCore
FUNCTION = ctypes.CFUNCTYPE(ctypes.c_long, ctypes.c_void_p)
nothing = FUNCTION(lambda record: 0)
dbCore.registryFunctionAdd.argtypes = [ctypes.c_char_p, FUNCTION]
dbCore.registryFunctionAdd(b"nothing", nothing)
softioc.dbLoadDatabase(sys.argv[1], None, None)
softioc.iocInit(lambda *arguments: None, False)
os.write(answer_to, b"running\n")
for line in sys.stdin:
    dbCore.iocshCmd(line.strip().encode())
    os.write(answer_to, b"done\n")
os._exit(0)
