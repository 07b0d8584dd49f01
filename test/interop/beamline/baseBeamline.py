"""
The beamline of a tomography scan on records of EPICS Base alone, served by softioc (EPICS Base itself): camera, HDF5 plugin, circular
buffer, region and PVA plugins, shutters, sample stages and optics. What areaDetector would do is done by a Channel Access client of those records,
and the motion controller answers on TCP. Every file keeps the angle at which the stage was for each frame, to compare its theta with.

    baseBeamline.py PSO_PORT     prints `running`; at a line of its stdin connects to the scan servers and prints `connected`; ends with its stdin
"""
import asyncio, os, re, sys, tempfile, threading

import aioca, h5py, numpy as np
from softioc import asyncio_dispatcher, softioc

CAMERA, FILE, ROI, RING, PVA = '2bmSP1:cam1:', '2bmSP1:HDF1:', '2bmSP2:ROI1:', '2bmSP2:CB1:', '2bmSP2:Pva1:'
OPTICS, STAGE, FRONT_END, FAST = '2bm:MCTOptics:', '2bmb:m102', '2bma:A_shutter:', '2bma:B_shutter:'
SERVERS = ('2bmb:TomoScanStream:', '2bmb:TomoScan:')
COUNTS_PER_DEGREE = 11840158 / 360
HEIGHT, WIDTH = 4, 6
PIXELS = {'/exchange/data': 500, '/exchange/data_dark': 10, '/exchange/data_white': 1000}

DISABLE, NO_YES, DONE_CAPTURE = 'Disable|Enable', 'No|Yes', 'Done|Capture'
# record type, prefix, names, value or states
RECORDS = [
    ('bo', CAMERA, 'Acquire', 'Done|Acquire'), ('bo', CAMERA, 'AcquireBusy', 'Done|Acquiring'), ('bo', CAMERA, 'TriggerSoftware', 'No|Yes'),
    ('bo', CAMERA, 'WaitForPlugins FrameRateEnable', NO_YES), ('bo', CAMERA, 'ArrayCallbacks', DISABLE), ('bo', CAMERA, 'UniqueIdMode', 'Camera|Driver'),
    ('ao', CAMERA, 'AcquireTime', '0.01'), ('longout', CAMERA, 'NumImages', '1'), ('longin', CAMERA, 'NumImagesCounter_RBV', '0'),
    ('stringin', CAMERA, 'Model_RBV', 'Oryx ORX-10G-51S5M'), ('stringin', CAMERA, 'Manufacturer_RBV', 'FLIR'), ('stringin', CAMERA, 'PortName_RBV', 'SP1'),
    ('mbbo', CAMERA, 'ImageMode', 'Single|Multiple|Continuous'), ('mbbo', CAMERA, 'TriggerMode', 'Off|On'), ('mbbo', CAMERA, 'PixelFormat', 'Mono8|Mono16'),
    ('mbbo', CAMERA, 'TriggerSource', 'Software|Line0|Line2'), ('mbbo', CAMERA, 'TriggerOverlap', 'Off|ReadOut'), ('mbbo', CAMERA, 'ExposureMode', 'Timed|Off'),
    ('waveform', CAMERA, 'NDAttributesFile NDAttributesMacros', ''),
    ('stringout', FILE, 'NDArrayPort', ''), ('bo', FILE, 'EnableCallbacks', DISABLE), ('bo', FILE, 'AutoSave AutoIncrement', NO_YES),
    ('mbbo', FILE, 'FileWriteMode', 'Single|Capture|Stream'), ('longout', FILE, 'FileNumber', '1'), ('longout', FILE, 'NumCapture', '1'),
    ('longin', FILE, 'NumCaptured_RBV', '0'), ('bo', FILE, 'Capture', DONE_CAPTURE), ('bi', FILE, 'Capture_RBV', 'Done|Capturing'),
    ('bi', FILE, 'FilePathExists_RBV', NO_YES), ('bi', FILE, 'WriteStatus', 'Write OK|Write error'),
    ('waveform', FILE, 'FilePath FileName FileTemplate FilePath_RBV FileName_RBV FullFileName_RBV XMLFileName', ''),
    ('stringout', ROI, 'NDArrayPort', ''), ('bo', ROI, 'EnableCallbacks EnableScale', DISABLE), ('longout', ROI, 'BinX BinY', '1'), ('ao', ROI, 'Scale', '1'),
    ('stringout', PVA, 'NDArrayPort', ''), ('bo', PVA, 'EnableCallbacks', DISABLE),
    ('stringin', RING, 'PortName_RBV', 'CB1'), ('stringout', RING, 'NDArrayPort', ''), ('bo', RING, 'EnableCallbacks', DISABLE),
    ('longout', RING, 'PreCount PostCount', '0'), ('bo', RING, 'Capture', DONE_CAPTURE), ('bi', RING, 'Capture_RBV', 'Done|Capturing'),
    ('bo', RING, 'Trigger', 'Done|Trigger'), ('bi', RING, 'Trigger_RBV', 'Done|Triggered'), ('longin', RING, 'CurrentQty_RBV', '0'),
    ('stringin', RING, 'StatusMessage', 'Idle'),
    ('ao', '2bmb:', 'm63 m25', '0'), ('longin', 'PA:02BM:STA_A_', 'FES_OPEN_PL BEAMREADY_PL', '0'), ('longin', FAST, 'status', '0'),
    ('mbbo', OPTICS, 'LensSelect', 'Pos. 0|Pos. 1|Pos. 2'), ('mbbo', OPTICS, 'CameraSelect', '0|1'), ('ao', OPTICS, 'ImagePixelSize', '1'),
]
# The other camera of the optics, which takes no frames, and what the optics say of both
OTHERS_PARTS = {CAMERA: '2bmSP2:cam1:', FILE: '2bmSP2:HDF1:'}
UNWATCHED = [(kind, OTHERS_PARTS[prefix], names, 'SP2' if value == 'SP1' else value) for kind, prefix, names, value in RECORDS if prefix in OTHERS_PARTS]
UNWATCHED += [('stringout', OPTICS, '%s%dPVPrefix' % (part, camera), '2bmSP%d:%s' % (camera + 1, rest))
              for camera in (0, 1) for part, rest in (('Camera', ''), ('FilePlugin', 'HDF1:'))]
# Records that are links and calculations of Base and nothing else
LINKED = f'''
record(ai, "{CAMERA}AcquireTime_RBV") {{ field(INP, "{CAMERA}AcquireTime CP") field(PINI, "YES") }}
record(ai, "2bmSP2:cam1:AcquireTime_RBV") {{ field(INP, "2bmSP2:cam1:AcquireTime CP") field(PINI, "YES") }}
record(calcout, "{FRONT_END}opened") {{ field(CALC, "1") field(OUT, "PA:02BM:STA_A_FES_OPEN_PL PP") }}
record(calcout, "{FRONT_END}closed") {{ field(CALC, "0") field(OUT, "PA:02BM:STA_A_FES_OPEN_PL PP") }}
record(bo, "{FRONT_END}open") {{ field(FLNK, "{FRONT_END}opened") }}
record(bo, "{FRONT_END}close") {{ field(FLNK, "{FRONT_END}closed") }}
record(calcout, "{FAST}opened") {{ field(CALC, "1") field(OUT, "{FAST}status PP") }}
record(calcout, "{FAST}closed") {{ field(CALC, "0") field(OUT, "{FAST}status PP") }}
record(bo, "{FAST}open") {{ field(FLNK, "{FAST}opened") }}
record(bo, "{FAST}close") {{ field(FLNK, "{FAST}closed") }}
'''
TEXTS = {prefix + name for kind, prefix, names, _ in RECORDS if kind == 'waveform' for name in names.split()}
OTHERS = [prefix + name for kind, prefix, names, _ in RECORDS if kind != 'waveform' for name in names.split()]
STATES = {'bo': ('ZNAM', 'ONAM'), 'bi': ('ZNAM', 'ONAM'), 'mbbo': ('ZRST', 'ONST', 'TWST')}


def database():
    def fields(kind, value):
        if kind == 'waveform':
            return {'FTVL': 'CHAR', 'NELM': '256'}
        if kind in STATES:
            return {**dict(zip(STATES[kind], value.split('|'))), 'VAL': '0', 'PINI': 'YES'}
        return {'VAL': value, 'PINI': 'YES'}
    lines = []
    for kind, prefix, names, value in RECORDS + UNWATCHED:
        for name in names.split():
            body = ' '.join('field(%s, "%s")' % pair for pair in fields(kind, value).items())
            lines.append('record(%s, "%s%s") { %s }' % (kind, prefix, name, body))
    return '\n'.join(lines) + LINKED


class Controller:
    """An Ensemble that knows the commands of a scan: a pulse for each distance within a window from where it is armed."""
    distance, window, armed_at, marks = 1, (0, 0), None, ()

    def command(self, text, position):
        if match := re.match(r'PSODISTANCE \w+ FIXED (\d+)', text):
            self.distance = int(match[1])
        elif match := re.match(r'PSOWINDOW \w+ 1 RANGE (-?\d+),(-?\d+)', text):
            self.window = int(match[1]), int(match[2])
        elif text.endswith(' ARM'):
            self.armed_at = position
        elif text.endswith((' OFF', ' RESET')):
            self.armed_at = None
        return '%1' if text.startswith('ROUND') else '%'

    def pulses(self, before, now):
        """Angles of the pulses between two positions of the stage, in the order they come."""
        if self.armed_at is None or before == now:
            return []
        low, high = sorted(((before - self.armed_at) * COUNTS_PER_DEGREE, (now - self.armed_at) * COUNTS_PER_DEGREE))
        first, last = int(np.floor(low / self.distance)) + 1, int(np.floor(high / self.distance))
        inside = [n for n in range(first, last + 1) if self.window[0] <= n * self.distance <= self.window[1]]
        return [self.armed_at + n * self.distance / COUNTS_PER_DEGREE for n in (inside if now > before else reversed(inside))]


class Detector:
    def __init__(self):
        self.values, self.events, self.controller = {}, asyncio.Queue(), Controller()
        self.taken, self.file, self.ring, self.triggered, self.passed, self.position = 0, None, [], False, 0, 0.0

    async def put(self, name, value):
        await aioca.caput(name, value, **({'datatype': aioca.DBR_CHAR_STR} if name in TEXTS else {}))

    async def refresh(self, prefix, names):
        """Values of one moment: monitors of different PVs come in any order."""
        for name in names.split():
            text = {'datatype': aioca.DBR_CHAR_STR} if prefix + name in TEXTS else {}
            value = await aioca.caget(prefix + name, timeout=20, **text)
            self.values[prefix + name] = str(value) if isinstance(value, str) else value + 0

    def text(self, name):
        value = self.values.get(name, '')
        return value if isinstance(value, str) else str(value)

    def server(self):
        """The scan server whose HDF5Location goes with each frame, as the attributes' macros name it."""
        macros = dict(part.split('=', 1) for part in self.text(CAMERA + 'NDAttributesMacros').split(',') if '=' in part)
        return macros.get('TS', SERVERS[0])

    async def frame(self, angle):
        if not self.values[CAMERA + 'Acquire'] or (self.values[CAMERA + 'ImageMode'] == 1 and self.taken >= self.values[CAMERA + 'NumImages']):
            return
        self.taken += 1
        frame = self.taken, self.text(self.server() + 'HDF5Location'), angle
        await self.put(CAMERA + 'NumImagesCounter_RBV', self.taken)
        if self.text(FILE + 'NDArrayPort') == 'SP1':
            await self.store(frame)
        await self.keep(frame)
        if self.values[CAMERA + 'ImageMode'] == 1 and self.taken >= self.values[CAMERA + 'NumImages']:
            await self.put(CAMERA + 'Acquire', 0)

    async def store(self, frame):
        if self.file is None:
            return
        self.file.append(frame)
        await self.put(FILE + 'NumCaptured_RBV', len(self.file))
        if 0 < self.values[FILE + 'NumCapture'] <= len(self.file):
            await self.close_file()

    async def open_file(self):
        await self.refresh(FILE, 'FilePath FileName FileTemplate FileNumber AutoIncrement NumCapture NDArrayPort')
        template, number = self.text(FILE + 'FileTemplate'), self.values[FILE + 'FileNumber']
        path, name = self.text(FILE + 'FilePath'), self.text(FILE + 'FileName')
        self.full_name = template % ((path, name, number) if 'd' in template.replace('%s', '') else (path, name))
        self.file = []
        await self.put(FILE + 'NumCaptured_RBV', 0)
        await self.put(FILE + 'FullFileName_RBV', self.full_name)
        if self.values[FILE + 'AutoIncrement']:
            await self.put(FILE + 'FileNumber', number + 1)
        await self.put(FILE + 'Capture_RBV', 1)

    async def close_file(self):
        frames, self.file = self.file, None
        if frames:
            with h5py.File(self.full_name, 'w') as f:
                for name, pixel in PIXELS.items():
                    own = [frame for frame in frames if frame[1] == name]
                    f.create_dataset(name, data=np.full((max(1, len(own)), HEIGHT, WIDTH), pixel if own else 0, np.uint16), maxshape=(None, HEIGHT, WIDTH),
                                     chunks=(1, HEIGHT, WIDTH))
                f['/defaults/NDArrayUniqueId'] = np.array([frame[0] for frame in frames], np.int32)
                f['/defaults/HDF5FrameLocation'] = np.array([frame[1].encode() for frame in frames], 'S256')
                f['/simulated/angle'] = np.array([frame[2] for frame in frames])
        await self.put(FILE + 'Capture', 0)
        await self.put(FILE + 'Capture_RBV', 0)

    async def keep(self, frame):
        if not self.values[RING + 'EnableCallbacks'] or not self.values[RING + 'Capture_RBV']:
            return
        if self.triggered:
            for kept in self.ring:
                await self.store(kept)
            self.ring, self.passed = [], self.passed + 1
            if self.text(FILE + 'NDArrayPort') == 'CB1':
                await self.store(frame)
            if self.passed >= self.values[RING + 'PostCount']:
                self.triggered = False
                await self.put(RING + 'Capture', 0)
            return
        self.ring = (self.ring + [frame])[-max(1, self.values[RING + 'PreCount']):]
        await self.put(RING + 'CurrentQty_RBV', len(self.ring))

    async def start_ring(self):
        await self.refresh(RING, 'PreCount')
        self.ring, self.triggered = [], False
        for name, value in (('CurrentQty_RBV', 0), ('Trigger_RBV', 0), ('Trigger', 0), ('Capture_RBV', 1), ('StatusMessage', 'Buffer filling')):
            await self.put(RING + name, value)

    async def acquire(self):
        await self.refresh(CAMERA, 'ImageMode TriggerMode NumImages AcquireTime NDAttributesMacros')
        await self.refresh(self.server(), 'HDF5Location')
        self.taken = 0
        await self.put(CAMERA + 'NumImagesCounter_RBV', 0)
        await self.put(CAMERA + 'AcquireBusy', 1)
        if self.values[CAMERA + 'TriggerMode'] == 0:
            asyncio.ensure_future(self.run_free())

    async def run_free(self):
        while self.values[CAMERA + 'Acquire']:
            await asyncio.sleep(self.values[CAMERA + 'AcquireTime'])
            self.events.put_nowait(('frame', np.nan))
            await asyncio.sleep(0)

    async def happened(self, name, value):
        """One event after the other, in the order they came."""
        before, self.values[name] = self.values.get(name), value
        if name == 'frame':
            await self.frame(value)
        elif name == STAGE + '.RBV':
            if self.values[CAMERA + 'TriggerMode'] == 1:
                for angle in self.controller.pulses(self.position, value):
                    await self.frame(angle)
            self.position = value
        elif name == CAMERA + 'Acquire' and before != value:
            await (self.acquire() if value else self.put(CAMERA + 'AcquireBusy', 0))
        elif name == FILE + 'Capture' and before != value:
            if value:
                await self.open_file()
            elif self.file is not None:
                await self.close_file()
        elif name == RING + 'Capture' and before is not None:
            await (self.start_ring() if value else self.put(RING + 'Capture_RBV', 0))
        elif name == RING + 'Trigger' and value:
            await self.refresh(RING, 'PostCount')
            self.triggered, self.passed = True, 0
            await self.put(RING + 'Trigger_RBV', 1)
        elif name in (FILE + 'FilePath', FILE + 'FileName'):
            await self.put(name + '_RBV', value)

    def told(self, convert):
        return lambda value: self.events.put_nowait((value.name, convert(value)))

    async def connect_servers(self):
        """Once they are there: a search that began before goes on only now and then."""
        names = [server + 'HDF5Location' for server in SERVERS]
        for name in names:
            aioca.camonitor(name, self.told(str), all_updates=True)
        await aioca.connect(names, timeout=60)
        print('connected', flush=True)

    async def watch(self):
        number = lambda value: str(value) if isinstance(value, str) else value + 0
        for names, convert, options in ((TEXTS, str, {'datatype': aioca.DBR_CHAR_STR}), (OTHERS + [STAGE + '.RBV'], number, {})):
            for name in names:
                aioca.camonitor(name, self.told(convert), all_updates=True, **options)
        await aioca.caput(FILE + 'FileTemplate', '%s%s_%3.3d.h5', datatype=aioca.DBR_CHAR_STR)
        await aioca.caput(FILE + 'FilePathExists_RBV', 1)
        while True:
            await self.happened(*await self.events.get())

    async def serve_controller(self, port):
        async def answer(reader, writer):
            while line := await reader.readline():
                reply = self.controller.command(line.decode().strip().strip('\0'), self.position)
                writer.write((reply + '\n').encode())
        await asyncio.start_server(answer, '127.0.0.1', port)


async def main(detector, port):
    await detector.serve_controller(port)
    watching = asyncio.ensure_future(detector.watch())
    print('running', flush=True)
    await watching


if __name__ == '__main__':
    with tempfile.NamedTemporaryFile('w', suffix='.db') as file:
        file.write(database())
        file.flush()
        softioc.dbLoadDatabase(file.name, None, None)
    dispatcher = asyncio_dispatcher.AsyncioDispatcher()
    softioc.iocInit(dispatcher)
    detector = Detector()
    running = asyncio.run_coroutine_threadsafe(main(detector, int(sys.argv[1])), dispatcher.loop)

    def listen():
        for _ in sys.stdin:
            asyncio.run_coroutine_threadsafe(detector.connect_servers(), dispatcher.loop).result()
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    running.result()
