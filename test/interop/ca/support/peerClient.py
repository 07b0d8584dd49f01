"""What a client of another make sees of our server: `peerClient.py pyepics|caproto|aioca`.

Prints `NEED word` and waits for a line where the server has to do something, and at the end `ANSWERS` with JSON: what was
found for each row of the matrix. The same steps for every client; the classes below differ only in how the client is called.
"""

import asyncio, json, os, queue, sys, threading, time

LIMIT = 20.0

def wait_until(condition):
    end = time.time() + LIMIT
    while not condition():
        if time.time() > end: raise Exception("nothing happened")
        time.sleep(0.005)

class Pyepics:
    def __init__(self):
        import epics
        self.epics, self.pvs = epics, {}
    def pv(self, name):
        if name not in self.pvs: self.pvs[name] = self.epics.PV(name, auto_monitor=False)
        self.pvs[name].wait_for_connection(LIMIT)
        return self.pvs[name]
    def get(self, name, as_text=False):
        if as_text: return self.epics.ca.get(self.pv(name).chid, ftype=self.epics.dbr.STRING, timeout=LIMIT)
        return self.pv(name).get(timeout=LIMIT)
    def put(self, name, value, wait=True): self.pv(name).put(value, wait=wait, timeout=LIMIT)
    def watch(self, name, on_value, on_connection=lambda connected: None):
        self.pvs[name + " watched"] = self.epics.PV(name, callback=lambda value=None, **_: on_value(value),
            connection_callback=lambda conn=None, **_: on_connection(conn))
    def many(self, names): return self.epics.caget_many(names, timeout=LIMIT, connection_timeout=LIMIT)
    def rights(self, name): return [self.pv(name).read_access, self.pv(name).write_access]

def plain(data):
    values = [item.decode() if isinstance(item, bytes) else item for item in list(data)]
    return values[0] if len(values) == 1 else values

class Caproto:
    def __init__(self):
        from caproto import ChannelType
        from caproto.threading import client
        self.STRING, self.INT, self.Batch = ChannelType.STRING, ChannelType.INT, client.Batch
        self.context, self.pvs, self.kept = client.Context(client.SharedBroadcaster(), timeout=LIMIT), {}, []
    def pv(self, name):
        if name not in self.pvs: self.pvs[name], = self.context.get_pvs(name)
        self.pvs[name].wait_for_connection(timeout=LIMIT)
        return self.pvs[name]
    def get(self, name, as_text=False):
        pv = self.pv(name)
        if as_text: return plain(pv.read(data_type=self.STRING, timeout=LIMIT).data)
        # Of an enum caproto asks for the text unless told otherwise.
        kind = self.INT if pv.channel.native_data_type.name == "ENUM" else None
        data = pv.read(data_type=kind, timeout=LIMIT).data
        return data if len(data) > 1000 else plain(data)
    def put(self, name, value, wait=True):
        values = value if isinstance(value, (list, tuple)) else [value]
        kind = self.STRING if isinstance(values[0], str) else None
        reply = self.pv(name).write(values, wait=wait, notify=wait, data_type=kind, timeout=LIMIT)
        if wait and not reply.status.success: raise Exception(reply.status.description)
    def watch(self, name, on_value, on_connection=lambda connected: None):
        def changed(pv, state): on_connection(state == "connected")
        def event(subscription, reading): on_value(plain(reading.data))
        pv, = self.context.get_pvs(name, connection_state_callback=changed)
        pv.wait_for_connection(timeout=LIMIT)
        subscription = pv.subscribe()
        subscription.add_callback(event)
        self.kept += [changed, event, subscription]
    def many(self, names):
        pvs = self.context.get_pvs(*names)
        values, done = {}, threading.Event()
        for pv in pvs: pv.wait_for_connection(timeout=LIMIT)
        def arrived(name, reading):
            values[name] = plain(reading.data)
            if len(values) == len(names): done.set()
        handlers = [(pv, lambda reading, name=pv.name: arrived(name, reading)) for pv in pvs]
        with self.Batch(timeout=LIMIT) as batch:
            for pv, handler in handlers: batch.read(pv, handler)
        done.wait(LIMIT)
        return [values.get(name) for name in names]
    def rights(self, name):
        access = int(self.pv(name).channel.access_rights)
        return [bool(access & 1), bool(access & 2)]

class Aioca:
    def __init__(self):
        import aioca
        self.ca, self.kept = aioca, []
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
    def run(self, work): return asyncio.run_coroutine_threadsafe(work, self.loop).result(LIMIT)
    def get(self, name, as_text=False):
        value = self.run(self.ca.caget(name, datatype=str if as_text else None, timeout=LIMIT))
        return list(value) if getattr(value, "shape", ()) and len(value) < 1000 else value
    def put(self, name, value, wait=True): self.run(self.ca.caput(name, value, wait=wait, timeout=LIMIT))
    def watch(self, name, on_value, on_connection=lambda connected: None):
        known = []
        def event(value):
            if not value.ok: known.clear(); return on_connection(False)
            if not known: known.append(True); on_connection(True)
            on_value(value)
        async def start(): return self.ca.camonitor(name, event, all_updates=True, notify_disconnect=True)
        self.kept.append(self.run(start()))
    async def all_of(self, names): return await self.ca.caget(names, timeout=LIMIT)
    def many(self, names): return self.run(self.all_of(names))
    def rights(self, name):
        found = self.run(self.ca.cainfo(name, timeout=LIMIT))
        return [bool(found.read), bool(found.write)]

client = {"pyepics": Pyepics, "caproto": Caproto, "aioca": Aioca}[sys.argv[1]]()

def need(word):
    sys.stdout.write("NEED " + word + "\n"); sys.stdout.flush()
    sys.stdin.readline()

def row_get(): return [float(client.get("double")), str(client.get("text")), [int(x) for x in client.get("wave")]]

def row_put():
    client.put("double", 2.25, wait=False)
    client.put("wave", [9, 8, 7], wait=False)
    return [float(client.get("double")), [int(x) for x in client.get("wave")]]

def row_put_callback():
    start = time.time()
    client.put("slow", 1)
    return [time.time() - start > 0.25, float(client.get("slow"))]

def row_monitor():
    seen = queue.Queue()
    client.watch("word", lambda value: seen.put(str(value)))
    values = [seen.get(timeout=LIMIT)]
    for word in ("a", "b", "c"):
        client.put("word", word)
        values.append(seen.get(timeout=LIMIT))
    return values

def row_conversion():
    answers = [str(client.get("mm", as_text=True)), str(client.get("enum", as_text=True)), int(client.get("enum"))]
    client.put("enum", "Moving")
    client.put("mm", "3.5")
    return answers + [int(client.get("enum")), float(client.get("mm"))]

def row_array():
    array = client.get("large")
    return [len(array), float(array[0]), float(array[-1])]

def row_many(count):
    values = client.many(["pv%d" % index for index in range(count)])
    return sum(bool(value == index) for index, value in enumerate(values))

def row_access():
    before = client.rights("locked")
    try: client.put("locked", 8); refused = False
    except Exception: refused = True
    unchanged = float(client.get("locked"))
    need("access")
    wait_until(lambda: client.rights("locked") == [True, True])
    client.put("locked", 9)
    return [before, refused, unchanged, float(client.get("locked"))]

def row_flow():
    """The client takes its time with the first value, while the server posts very many."""
    seen, go_on = queue.Queue(), threading.Event()
    def event(value):
        seen.put(float(value))
        if seen.qsize() == 1: go_on.wait(LIMIT)
    client.watch("flood", event)
    wait_until(lambda: seen.qsize() > 0)
    need("flood")
    go_on.set()
    values = [seen.get(timeout=LIMIT)]
    while values[-1] != 100000: values.append(seen.get(timeout=LIMIT))
    return [values == sorted(values), len(values) < 100000]

def row_reconnect():
    seen, states = queue.Queue(), queue.Queue()
    client.watch("restarted", lambda value: seen.put(float(value)), states.put)
    heard = [states.get(timeout=LIMIT), seen.get(timeout=LIMIT)]
    need("restart")
    return heard + [states.get(timeout=LIMIT), states.get(timeout=LIMIT), seen.get(timeout=LIMIT)]

ROWS = {
    "get": row_get, "put": row_put, "put-callback": row_put_callback, "monitor": row_monitor,
    "string and enum conversion": row_conversion, "100 MB array": row_array,
    "access denied and changed": row_access, "flow control": row_flow,
    "1 000 channels": lambda: row_many(1000), "10 000 channels": lambda: row_many(10000),
    "reconnect after a server restart": row_reconnect,
}

answers = {}
for row, steps in ROWS.items():
    try: answers[row] = steps()
    except BaseException as error: answers[row] = "failed: " + repr(error)
sys.stdout.write("ANSWERS " + json.dumps(answers) + "\n")
sys.stdout.flush()
os._exit(0)
