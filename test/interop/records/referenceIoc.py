"""EPICS Base's own IOC, driven through its database access.

stdin: JSON with `database`, the path of a .db file, and `steps`; stdout: the JSON list of answers. The steps are those of
`Step` in reference.ts.
"""

import ctypes
import json
import math
import os
import sys
import time

answer_to = os.dup(1)
os.dup2(2, 1)

from epicscorelibs.ioc import dbCore
from softioc import softioc

C = ctypes
TYPES = {
    "STRING": C.c_char * 40, "CHAR": C.c_int8, "UCHAR": C.c_uint8, "SHORT": C.c_int16, "USHORT": C.c_uint16,
    "LONG": C.c_int32, "ULONG": C.c_uint32, "INT64": C.c_int64, "UINT64": C.c_uint64, "FLOAT": C.c_float,
    "DOUBLE": C.c_double, "ENUM": C.c_uint16,
}
NAMES = list(TYPES)
STRING = NAMES.index("STRING")
SPC_NOMOD = 1


class Address(C.Structure):
    _fields_ = [
        ("record", C.c_void_p), ("field", C.c_void_p), ("description", C.c_void_p), ("elements", C.c_long),
        ("field_type", C.c_short), ("size", C.c_short), ("special", C.c_short), ("dbr_type", C.c_short),
    ]


class Channel(C.Structure):
    _fields_ = [("name", C.c_char_p), ("address", Address)]


dbCore.dbChannelCreate.restype = C.POINTER(Channel)


def address(name):
    channel = dbCore.dbChannelCreate(name.encode())
    return channel.contents.address if channel else None


def put(name, value):
    return put_as(name, "STRING", [value])


def put_as(name, kind, values):
    target = address(name)
    if target is None: return None
    buffer = encode(kind, values)
    return dbCore.dbPutField(C.byref(target), NAMES.index(kind), buffer, C.c_long(len(values))) == 0


def encode(kind, values):
    if kind == "STRING":
        # A link's text may be longer than a string.
        texts = [value.encode() for value in values]
        return C.create_string_buffer(texts[0] if len(texts) == 1 else b"".join(text[:39].ljust(40, b"\0") for text in texts), 1024 + 40 * len(texts))
    number = float if kind in ("FLOAT", "DOUBLE") else int
    return (TYPES[kind] * max(1, len(values)))(*map(number, values))


def get(name):
    """The first element as DBR_STRING."""
    source = address(name)
    values = None if source is None else elements(source, STRING, 1)
    return "".join(values) if values is not None else None


def read(name):
    """All elements in the field's own type."""
    source = address(name)
    if source is None or source.dbr_type >= len(NAMES): return None
    return elements(source, source.dbr_type, source.elements)


def elements(source, kind, most):
    buffer = (TYPES[NAMES[kind]] * max(1, most))()
    count, options = C.c_long(most), C.c_long(0)
    status = dbCore.dbGetField(C.byref(source), kind, buffer, C.byref(options), C.byref(count), None)
    return [spelled(kind, value) for value in buffer[: count.value]] if status == 0 else None


def spelled(kind, value):
    if kind == STRING: return value.value.decode(errors="replace")
    if NAMES[kind] in ("INT64", "UINT64"): return str(value)
    if isinstance(value, int) or math.isfinite(value): return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def kind(name):
    target = address(name)
    if target is None or target.dbr_type >= len(NAMES): return None
    return [NAMES[target.dbr_type], target.elements, target.special != SPC_NOMOD]


def process(name):
    target = address(name)
    if target is None: return None
    record = C.c_void_p(target.record)
    dbCore.dbScanLock(record)
    dbCore.dbProcess(record)
    dbCore.dbScanUnlock(record)
    return True


def settle():
    time.sleep(0.3)
    return True


def cell(record, field, kind):
    return C.cast(address(C.string_at(record).decode() + "." + field).field, C.POINTER(kind))


def add(record):
    cell(record, "VAL", C.c_double)[0] = cell(record, "A", C.c_double)[0] + cell(record, "B", C.c_double)[0]
    return int(cell(record, "C", C.c_double)[0])


def double(record):
    for index in range(3): cell(record, "VALA", C.c_double)[index] = 2 * cell(record, "A", C.c_double)[index]
    return int(cell(record, "B", C.c_double)[0])


FUNCTION = C.CFUNCTYPE(C.c_long, C.c_void_p)
functions = {b"add": FUNCTION(add), b"double": FUNCTION(double)}
dbCore.registryFunctionAdd.argtypes = [C.c_char_p, FUNCTION]
for name, function in functions.items(): dbCore.registryFunctionAdd(name, function)

request = json.load(sys.stdin)
softioc.dbLoadDatabase(request["database"])
softioc.iocInit(lambda *arguments: None, False)
time.sleep(0.3)
actions = {"put": put, "putAs": put_as, "get": get, "read": read, "type": kind, "process": process, "settle": settle}
answers = [actions[name](*arguments) for name, *arguments in request["steps"]]
with os.fdopen(answer_to, "w") as out: json.dump(answers, out)
os._exit(0)
