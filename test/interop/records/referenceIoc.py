"""EPICS Base's own IOC, driven through its database access.

stdin: JSON with `database`, the path of a .db file, `steps`, those of `Step` in reference.ts, and `watched`, the fields that
`changes` tells of; stdout: the JSON list of answers.
"""

import ctypes
import json
import math
import os
import sys
import threading
import time

answer_to = os.dup(1)
os.dup2(2, 1)

import pvxslibs.path
from epicscorelibs.ioc import dbCore, pdbbase
from setuptools_dso.runtime import find_dso
from softioc import imports, softioc

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
    _fields_ = [
        ("name", C.c_char_p), ("address", Address), ("final_elements", C.c_long), ("final_size", C.c_short),
        ("final_type", C.c_short),
    ]


Pointer = C.POINTER(Channel)
EVENT = C.CFUNCTYPE(None, C.c_void_p, Pointer, C.c_int, C.c_void_p)
dbCore.dbChannelCreate.restype = Pointer
dbCore.db_create_read_log.restype = C.c_void_p
for run in (dbCore.dbChannelRunPreChain, dbCore.dbChannelRunPostChain):
    run.restype, run.argtypes = C.c_void_p, [Pointer, C.c_void_p]
dbCore.db_delete_field_log.argtypes = [C.c_void_p]
dbCore.db_init_events.restype = C.c_void_p
dbCore.db_start_events.argtypes = [C.c_void_p, C.c_char_p, C.c_void_p, C.c_void_p, C.c_uint]
dbCore.db_add_event.restype = C.c_void_p
dbCore.db_add_event.argtypes = [C.c_void_p, Pointer, EVENT, C.c_void_p, C.c_uint]
dbCore.db_event_enable.argtypes = dbCore.db_post_single_event.argtypes = [C.c_void_p]
dbCore.dbStateCreate.restype = C.c_void_p
dbCore.dbStateSet.argtypes = dbCore.dbStateClear.argtypes = [C.c_void_p]
dbCore.dbChannelGetField.argtypes = [Pointer, C.c_short, C.c_void_p, C.c_void_p, C.c_void_p, C.c_void_p]


def opened(name):
    """A channel with its filters."""
    channel = dbCore.dbChannelCreate(name.encode())
    if not channel or dbCore.dbChannelOpen(channel) != 0 or channel.contents.final_type >= len(NAMES): return None
    return channel


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
    if source is None: return None
    buffer, count, options = TYPES["STRING"](), C.c_long(1), C.c_long(0)
    status = dbCore.dbGetField(C.byref(source), STRING, buffer, C.byref(options), C.byref(count), None)
    return "" if status == 0 and count.value == 0 else spelled(STRING, buffer) if status == 0 else None


def read(name):
    """All elements in the channel's own type, through its filters."""
    channel = opened(name)
    if channel is None: return None
    log = dbCore.db_create_read_log(channel)
    for run in (dbCore.dbChannelRunPreChain, dbCore.dbChannelRunPostChain):
        if log: log = run(channel, log)
    values = elements(channel, log)
    if log: dbCore.db_delete_field_log(log)
    return values


def elements(channel, log):
    kind, count = channel.contents.final_type, C.c_long(channel.contents.final_elements)
    buffer = (TYPES[NAMES[kind]] * max(1, count.value))()
    status = dbCore.dbChannelGetField(channel, kind, buffer, None, C.byref(count), log)
    return [spelled(kind, value) for value in buffer[: count.value]] if status == 0 else None


UNITS, PRECISION, GRAPHIC, CONTROL, ALARM = 0x4, 0x8, 0x100, 0x400, 0x1000


class Metadata(C.Structure):
    _fields_ = [
        ("units", C.c_char * 16), ("precision", C.c_long), ("display", C.c_double * 2), ("control", C.c_double * 2),
        ("alarm", C.c_double * 4),
    ]


def metadata(name):
    """Units, precision, limits of display, control, warning and alarm, low before high; null for what a field does not have."""
    source = address(name)
    if source is None: return None
    found, count, options = Metadata(), C.c_long(0), C.c_long(UNITS | PRECISION | GRAPHIC | CONTROL | ALARM)
    dbCore.dbGetField(C.byref(source), NAMES.index("DOUBLE"), C.byref(found), C.byref(options), C.byref(count), None)
    has = lambda bit, *values: [spelled(NAMES.index("DOUBLE"), value) if options.value & bit else None for value in values]
    (high, low), (top, bottom), (hihi, warn_high, warn_low, lolo) = found.display, found.control, found.alarm
    return [
        found.units.decode() if options.value & UNITS else None, *has(PRECISION, found.precision), *has(GRAPHIC, low, high),
        *has(CONTROL, bottom, top), *has(ALARM, warn_low, warn_high, lolo, hihi),
    ]


monitors = {}
event_context = []


def monitor(name, mask):
    """Collects the events of a channel, the first one included."""
    channel = opened(name)
    if channel is None: return None
    if not event_context:
        event_context.append(dbCore.db_init_events())
        dbCore.db_start_events(event_context[0], b"monitors", None, None, 50)
    seen = []

    def heard(user, channel, remaining, log):
        seen.append(elements(channel, log))

    callback = EVENT(heard)
    subscription = dbCore.db_add_event(event_context[0], channel, callback, None, mask)
    monitors[name] = (seen, callback)
    dbCore.db_event_enable(subscription)
    dbCore.db_post_single_event(subscription)
    return True


def events(name):
    """What has come since the last look, once nothing comes any more."""
    if name not in monitors: return None
    seen, _ = monitors[name]
    count = -1
    while count != len(seen):
        count = len(seen)
        time.sleep(0.01)
    taken = seen[:count]
    del seen[:count]
    return taken


def state(name, on):
    switch = dbCore.dbStateCreate(name.encode())
    (dbCore.dbStateSet if on else dbCore.dbStateClear)(switch)
    return True


def spelled(kind, value):
    if kind == STRING: return value.value.decode(errors="replace")
    if NAMES[kind] in ("INT64", "UINT64"): return str(value)
    if isinstance(value, int) or math.isfinite(value): return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def kind(name):
    channel = opened(name)
    if channel is None: return None
    found = channel.contents
    return [NAMES[found.final_type], found.final_elements, found.address.special != SPC_NOMOD]


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


class Callback(C.Structure):
    pass


CALLBACK = C.CFUNCTYPE(None, C.POINTER(Callback))
Callback._fields_ = [("function", CALLBACK), ("priority", C.c_int), ("user", C.c_void_p), ("timer", C.c_void_p)]
ONCE = C.CFUNCTYPE(None, C.c_void_p, C.c_void_p)
reached = threading.Event()
in_callback = Callback(CALLBACK(lambda callback: reached.set()), 0)
in_once = ONCE(lambda user, record: reached.set())


def idle():
    """Waits for the callback and scanOnce threads to do what they were asked for, and what that asks of them.

    The record IDLE is there to be processed."""
    marker = C.c_void_p(address("IDLE").record)
    for _ in range(20):
        for request in (lambda: dbCore.callbackRequest(C.byref(in_callback)), lambda: dbCore.scanOnceCallback(marker, in_once, None)):
            reached.clear()
            request()
            reached.wait()
    return True


watched = {}


def changes():
    """The watched fields that are not what they were: their elements, and a scalar's text where it has one."""
    found = {}
    for name, (channel, before) in watched.items():
        now = elements(channel, None)
        if now == before: continue
        watched[name] = (channel, now)
        found[name] = [now, get(name) if channel.contents.final_elements == 1 else None]
    return found


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
if request.get("pva"):
    # What softioc does for pvAccess comes too late for links of a database.
    softioc.dbLoadDatabase("pvxsIoc.dbd", pvxslibs.path.dbd_path, None)
    C.CDLL(find_dso("pvxslibs.lib.pvxsIoc"), C.RTLD_GLOBAL)
    imports.registerRecordDeviceDriver(pdbbase)
softioc.dbLoadDatabase(request["database"])
softioc.iocInit(lambda *arguments: None, False)
time.sleep(0.3)
watched = {name: (channel, None) for name in request["watched"] if (channel := opened(name))}
actions = {
    "put": put, "putAs": put_as, "get": get, "read": read, "type": kind, "process": process, "settle": settle,
    "monitor": monitor, "events": events, "state": state, "metadata": metadata, "idle": idle, "changes": changes,
}
answers = [actions[name](*arguments) for name, *arguments in request["steps"]]
with os.fdopen(answer_to, "w") as out: json.dump(answers, out)
os._exit(0)
