"""A Channel Access client on EPICS Base's own libca.

stdin: lines of JSON, each a list of steps as `Step` in client.ts has them; stdout: for each line the list of answers. Plain
puts are followed by a read of the same channel, so that a refusal has come back by then.
"""

import ctypes, json, os, queue, struct, sys, threading, time
from epicscorelibs.ca import cadef

LIMIT = 10.0
NAMES = ["STRING", "SHORT", "FLOAT", "ENUM", "CHAR", "LONG", "DOUBLE"]
CODES = {"STRING": "40s", "SHORT": "h", "FLOAT": "f", "ENUM": "H", "CHAR": "B", "LONG": "i", "DOUBLE": "d"}
TIME_PAD = {"STRING": 0, "SHORT": 2, "FLOAT": 0, "ENUM": 2, "CHAR": 3, "LONG": 0, "DOUBLE": 4}
REFUSALS = {160: "PUTFAIL", 152: "GETFAIL", 376: "NOWTACCESS", 368: "NORDACCESS", 400: "BADMASK", 114: "BADTYPE"}
PUT_ACKT, PUT_ACKS, STSACK, CLASS_NAME = 35, 36, 37, 38

def text(raw): return raw.split(b"\0", 1)[0].decode("latin-1")

def plain(value):
    if isinstance(value, bytes): return text(value)
    if isinstance(value, float):
        if value != value: return "NaN"
        if value in (float("inf"), float("-inf")): return "Infinity" if value > 0 else "-Infinity"
    return value

def values(raw, offset, name, count):
    code = CODES[name]
    size = struct.calcsize("=" + code)
    return [plain(struct.unpack_from("=" + code, raw, offset + index * size)[0]) for index in range(count)]

def refusal(status): return REFUSALS.get(status, cadef.ca_message(status))

refused = queue.Queue()

@cadef.exception_handler
def exception(args): refused.put(args.stat)

class Channel:
    def __init__(self, name):
        self.ready = threading.Event()
        self.chid = ctypes.c_void_p()
        self.handler = cadef.connection_handler(lambda args: self.ready.set())
        cadef.ca_create_channel(name, self.handler, None, 0, ctypes.byref(self.chid))
    @property
    def native(self): return NAMES[cadef.ca_field_type(self.chid)]
    @property
    def elements(self): return cadef.ca_element_count(self.chid)

channels = {}
def open_channel(name):
    channel = channels.get(name)
    if channel is None:
        channel = channels[name] = Channel(name)
        cadef.ca_flush_io()
    if not channel.ready.wait(LIMIT): raise Exception("no channel " + name)
    return channel

def size_of(kind, name, count):
    unit = struct.calcsize("=" + CODES[name])
    head = {"plain": 0, "time": 12 + TIME_PAD[name]}[kind]
    return head + unit * count

def request(channel, dbr, count):
    answer = queue.Queue()
    def arrived(args):
        data = b""
        if args.status == 1 and args.raw_dbr:
            data = ctypes.string_at(args.raw_dbr, LENGTHS[args.type](args.count))
        answer.put((args.status, args.count, data))
    handler = cadef.event_handler(arrived)
    cadef.ca_array_get_callback(dbr, count, channel.chid, handler, None)
    cadef.ca_flush_io()
    return answer.get(timeout=LIMIT)

LENGTHS = {PUT_ACKT: lambda count: 2, PUT_ACKS: lambda count: 2, STSACK: lambda count: 48, CLASS_NAME: lambda count: 40}
for index, name in enumerate(NAMES):
    unit = struct.calcsize("=" + CODES[name])
    LENGTHS[index] = lambda count, unit=unit: unit * count
    LENGTHS[14 + index] = lambda count, unit=unit, name=name: 12 + TIME_PAD[name] + unit * count
    LENGTHS[28 + index] = {"STRING": lambda count: 44, "ENUM": lambda count: 422 + 2 * count}.get(
        name, lambda count, unit=unit, name=name:
            {"FLOAT": 16, "DOUBLE": 16}.get(name, 12) + 8 * unit + (1 if name == "CHAR" else 0) + unit * count)

def get(name, kind=None, count=None):
    channel = open_channel(name)
    kind = kind or channel.native
    wanted = count if count is not None else (0 if channel.elements > 1 else 1)
    status, number, raw = request(channel, NAMES.index(kind), wanted)
    if status != 1: return refusal(status)
    found = values(raw, 0, kind, number)
    return found if channel.elements > 1 or count is not None or number != 1 else found[0]

def alarm(name):
    status, number, raw = request(open_channel(name), 14, 1)
    if status != 1: return refusal(status)
    stat, severity, seconds = struct.unpack_from("=hhI", raw, 0)
    return [stat, severity, seconds]

def same_time(one, other):
    times = [request(open_channel(name), 14, 1)[2][4:12] for name in (one, other)]
    return times[0] == times[1] and times[0] != bytes(8)

def era(name):
    seconds = struct.unpack("=I", request(open_channel(name), 14, 1)[2][4:8])[0]
    return abs(seconds + 631152000 - time.time()) < 60

def control(name, kind=None):
    channel = open_channel(name)
    kind = kind or channel.native
    status, number, raw = request(channel, 28 + NAMES.index(kind), 1)
    if status != 1: return refusal(status)
    if kind == "STRING": return {}
    if kind == "ENUM":
        states = struct.unpack_from("=h", raw, 4)[0]
        return {"states": [text(raw[6 + 26 * index:32 + 26 * index]) for index in range(states)]}
    real = kind in ("FLOAT", "DOUBLE")
    units = 8 if real else 4
    names = ["upperDisplay", "lowerDisplay", "upperAlarm", "upperWarning", "lowerWarning", "lowerAlarm", "upperControl", "lowerControl"]
    told = dict(zip(names, values(raw, units + 8, kind, 8)), units=text(raw[units:units + 8]))
    if real: told["precision"] = struct.unpack_from("=h", raw, 4)[0]
    return told

def acknowledged(name):
    status, number, raw = request(open_channel(name), STSACK, 1)
    return list(struct.unpack_from("=HHHH", raw, 0)) if status == 1 else refusal(status)

def class_name(name):
    status, number, raw = request(open_channel(name), CLASS_NAME, 1)
    return text(raw) if status == 1 else refusal(status)

def encoded(value, kind):
    many = value if isinstance(value, list) else [value]
    if kind is None: kind = "STRING" if many and isinstance(many[0], str) else "DOUBLE"
    if kind in ("ACKT", "ACKS"): return {"ACKT": PUT_ACKT, "ACKS": PUT_ACKS}[kind], 1, struct.pack("=H", many[0])
    code = CODES[kind]
    packed = b"".join(struct.pack("=" + code, each.encode("latin-1") if isinstance(each, str) and code == "40s" else float(each) if isinstance(each, str) else each)
                      for each in many)
    return NAMES.index(kind), len(many), packed

def put(name, value, kind=None):
    channel = open_channel(name)
    dbr, count, data = encoded(value, kind)
    while not refused.empty(): refused.get()
    try: cadef.ca_array_put(dbr, count, channel.chid, ctypes.create_string_buffer(data, max(len(data), 1)))
    except cadef.CAException as problem: return refusal(problem.status)
    request(channel, 0, 1)
    return True if refused.empty() else refusal(refused.get())

pending = {}
def start(key, name, value, kind=None):
    channel = open_channel(name)
    dbr, count, data = encoded(value, kind)
    entry = pending[key] = {"done": threading.Event(), "status": None}
    def finished(args):
        entry["status"] = True if args.status == 1 else refusal(args.status)
        entry["done"].set()
    entry["handler"] = cadef.event_handler(finished)
    try: cadef.ca_array_put_callback(dbr, count, channel.chid, ctypes.create_string_buffer(data, max(len(data), 1)), entry["handler"], None)
    except cadef.CAException as problem: return refusal(problem.status)
    cadef.ca_flush_io()
    request(channel, 0, 1)
    return True

def completed(key): return pending[key]["status"] if pending[key]["done"].is_set() else False

def wait(key): return pending[key]["status"] if pending[key]["done"].wait(LIMIT) else False

def put_wait(name, value, kind=None):
    started = start("", name, value, kind)
    return wait("") if started is True else started

events = []
subscriptions = []
fence = threading.Condition()
fence_value = [0.0]

def subscribe(channel, dbr, count, mask, arrived):
    first = threading.Event()
    def handler(args):
        if args.status != 1: return
        if first.is_set(): arrived(args)
        else: first.set()
    keep = cadef.event_handler(handler)
    identifier = ctypes.c_void_p()
    cadef.ca_create_subscription(dbr, count, channel.chid, mask, keep, None, ctypes.byref(identifier))
    subscriptions.append(keep)
    cadef.ca_flush_io()
    if not first.wait(LIMIT): raise Exception("no first event")
    return identifier

monitors = {}
def monitor(key, name, mask, kind=None, count=1):
    channel = open_channel(name)
    kind = kind or channel.native
    def arrived(args):
        raw = ctypes.string_at(args.raw_dbr, LENGTHS[args.type](args.count))
        stat, severity = struct.unpack_from("=hh", raw, 0)
        found = values(raw, 12 + TIME_PAD[kind], kind, args.count)
        events.append([key, found[0] if len(found) == 1 else found, severity])
    monitors[key] = subscribe(channel, 14 + NAMES.index(kind), count, mask, arrived)
    return True

def forget(key):
    cadef.ca_clear_subscription(monitors.pop(key))
    return True

def seen():
    """Events come in the order in which they were posted: what was posted before the fence has come when the fence has."""
    wanted = fence_value[0] + 1
    if wanted == 1:
        def passed(args):
            with fence:
                fence_value[0] = struct.unpack("=d", ctypes.string_at(args.raw_dbr, 8))[0]
                fence.notify_all()
        subscribe(open_channel("fence"), 6, 1, 1, passed)
    cadef.ca_array_put(6, 1, open_channel("fence").chid, ctypes.create_string_buffer(struct.pack("=d", wanted)))
    cadef.ca_flush_io()
    with fence:
        if not fence.wait_for(lambda: fence_value[0] >= wanted, LIMIT): raise Exception("the fence has not come")
    found = list(events)
    events.clear()
    return found

def heard(): return [value for _, value, _ in seen()]

def forget_events():
    seen()
    return True

def until(name, wanted):
    limit = time.monotonic() + LIMIT
    found = get(name, "STRING", 1)[0]
    while found != wanted and time.monotonic() < limit:
        time.sleep(0.01)
        found = get(name, "STRING", 1)[0]
    return found

def pause(seconds):
    time.sleep(seconds)
    return True

def close(name):
    cadef.ca_clear_channel(channels.pop(name).chid)
    cadef.ca_flush_io()
    return True

def access(name):
    channel = open_channel(name)
    return [bool(cadef.ca_read_access(channel.chid)), bool(cadef.ca_write_access(channel.chid))]

def shape(name):
    channel = open_channel(name)
    return [channel.native, channel.elements]

ACTIONS = {"get": get, "put": put, "start": start, "completed": completed, "wait": wait, "putWait": put_wait,
           "monitor": monitor, "forget": forget, "events": seen, "heard": heard, "forgetEvents": forget_events, "until": until, "pause": pause, "access": access,
           "shape": shape, "alarm": alarm, "sameTime": same_time, "era": era, "control": control, "acknowledged": acknowledged, "class": class_name, "close": close}

cadef.ca_context_create(1)
cadef.ca_add_exception_event(exception, None)
for line in sys.stdin:
    answers = []
    for action, *arguments in json.loads(line):
        try: answers.append(ACTIONS[action](*arguments))
        except Exception as problem: answers.append("error: " + repr(problem))
    print(json.dumps(answers), flush=True)
os._exit(0)
