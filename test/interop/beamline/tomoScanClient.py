"""What tomography/tomoscan's Python server does to a beamline over Channel Access, in the order it does it.

Where the server looks at a value now and then, or gives the beamline some time, this waits for the event: a busy computer needs longer.

Prints one JSON line: what was missing, what did not complete, and what the files hold.
"""
import json
import math
import os
import sys
import threading
import time

import epics
import h5py
import numpy as np

SCAN = '2bmb:TomoScanStream:'
CAMERA, FILE, PVA, ROI, RING = '2bmSP1:cam1:', '2bmSP1:HDF1:', '2bmSP2:Pva1:', '2bmSP2:ROI1:', '2bmSP2:CB1:'
ROTATION, SAMPLE_X = '2bmb:m102', '2bmb:m63'
READOUT_MARGIN = 1.0516
PUT_SECONDS = 30
WAIT_SECONDS = 30

CAMERA_NAMES = (
    'Manufacturer_RBV Model_RBV Acquire AcquireBusy ImageMode TriggerMode NumImages NumImagesCounter_RBV AcquireTime '
    'AcquireTime_RBV BinX BinY WaitForPlugins PortName_RBV NDAttributesFile NDAttributesMacros ArrayCounter_RBV '
    'UniqueIdMode ExposureMode TriggerOverlap PixelFormat ArrayCallbacks FrameRateEnable TriggerSource TriggerSoftware '
    'StartedFrameCount DeliveredFrameCount DroppedFrameCount')
FILE_NAMES = (
    'NDArrayPort FileWriteMode NumCapture NumCaptured_RBV Capture Capture_RBV FilePath FilePath_RBV FilePathExists_RBV '
    'FileName FileName_RBV FileNumber AutoIncrement FileTemplate FullFileName_RBV AutoSave EnableCallbacks XMLFileName '
    'WriteStatus UniqueId_RBV')

NAMES = {
    SCAN: 'ExposureTime RotationStart RotationStep NumAngles NumDarkFields NumFlatFields FilePath FileName FullFileName ScanStatus '
          'StartScan AbortScan MoveSampleIn MoveSampleOut FrameType HDF5Location HDF5DarkLocation HDF5FlatLocation '
          'HDF5ProjectionLocation PSOCommand.BOUT PSOCommand.BINP PSOEncoderCountsPerStep PSOCountsPerRotation PSOEncoderInput '
          'PSOAxisName PSOPulseWidth PSOControllerModel PSOStartTaxi PSOEndTaxi StreamCapture StreamMessage StreamPreCount '
          'StreamNumCapture StreamNumCaptured StreamRetakeDark StreamRetakeFlat StreamSync StreamBinning FirstProjid Watchdog '
          'ImagesCollected ElapsedTime ReturnRotation OverwriteWarning Testing',
    CAMERA: CAMERA_NAMES,
    FILE: FILE_NAMES,
    PVA: 'NDArrayPort EnableCallbacks',
    ROI: 'NDArrayPort Scale BinX BinY EnableCallbacks',
    RING: 'PortName_RBV NDArrayPort PreCount PostCount Capture Capture_RBV Trigger Trigger_RBV CurrentQty_RBV EnableCallbacks '
          'StatusMessage',
    ROTATION: '.VAL .VELO .VMAX .MRES .ERES .SET .STOP .DMOV .DIR .ACCL .RBV .JOGF .HOMR .HOMF .JVEL .JAR .OFF',
    SAMPLE_X: '.VAL',
    '2bma:': 'A_shutter:open.VAL A_shutter:close.VAL B_shutter:open.VAL B_shutter:close.VAL',
    'PA:02BM:STA_A_': 'FES_OPEN_PL BEAMREADY_PL',
    '2bm:MCTOptics:': 'LensSelect CameraSelect Camera0PVPrefix Camera1PVPrefix FilePlugin0PVPrefix FilePlugin1PVPrefix',
    '2bmSP2:cam1:': CAMERA_NAMES,
    '2bmSP2:HDF1:': FILE_NAMES,
}


class Beamline:
    """Monitored PVs by name; `get` is the value of the last monitor, as in the server."""

    def __init__(self):
        self.changed = threading.Condition()
        self.history = {}
        self.pvs = {prefix + name: epics.PV(prefix + name, callback=self.note) for prefix, names in NAMES.items() for name in names.split()}
        limit = time.time() + WAIT_SECONDS
        while time.time() < limit and not all(pv.connected for pv in self.pvs.values()):
            time.sleep(0.05)
        self.missing = [name for name, pv in self.pvs.items() if not pv.connected]
        self.incomplete = []
        self.replies = []

    def note(self, pvname=None, value=None, **rest):
        with self.changed:
            self.history.setdefault(pvname, []).append(value)
            self.changed.notify_all()

    def get(self, name, text=False):
        return self.pvs[name].get(as_string=text)

    def put(self, name, value):
        self.pvs[name].put(value)

    def put_wait(self, name, value, seconds=PUT_SECONDS):
        if self.pvs[name].put(value, wait=True, timeout=seconds) != 1:
            self.incomplete.append('%s = %s' % (name, value))

    def wait(self, condition, what, seconds=WAIT_SECONDS):
        with self.changed:
            if not self.changed.wait_for(condition, seconds):
                self.incomplete.append(what)

    def until(self, name, wanted, seconds=WAIT_SECONDS):
        self.wait(lambda: self.history.get(name, [None])[-1] == wanted, '%s never became %s' % (name, wanted), seconds)

    def since(self, name):
        """A function for the values that came after now, however short each was there."""
        values = self.history.setdefault(name, [])
        before = len(values)
        return lambda: values[before:]

    def press(self, name, value, state):
        """Writes and waits until `state` has been 1 since."""
        states = self.since(state)
        self.put(name, value)
        self.wait(lambda: 1 in states(), '%s was never 1' % state)

    def command(self, text):
        self.put_wait(SCAN + 'PSOCommand.BOUT', text)

    def exchange(self, text):
        self.command(text)
        reply = self.get(SCAN + 'PSOCommand.BINP', text=True)
        self.replies.append([text, reply])
        return reply


def start_up(b):
    b.put(CAMERA + 'WaitForPlugins', 'Yes')
    for name in ('StartScan', 'MoveSampleIn', 'MoveSampleOut', 'AbortScan'):
        b.put(SCAN + name, 0)
    b.put(FILE + 'FilePath', b.get(SCAN + 'FilePath', text=True))
    b.put(FILE + 'AutoSave', 'No')
    b.put(FILE + 'FileWriteMode', 'Stream')
    port = b.get(CAMERA + 'PortName_RBV')
    b.put(PVA + 'NDArrayPort', 'ROI1')
    for plugin in (ROI, RING, FILE):
        b.put(plugin + 'NDArrayPort', port)
    for plugin in (PVA, ROI, RING, FILE):
        b.put(plugin + 'EnableCallbacks', 'Enable')
    b.put(CAMERA + 'NDAttributesFile', 'TomoScanDetectorAttributes.xml')
    b.put(FILE + 'XMLFileName', 'TomoScanLayout.xml')
    b.put(CAMERA + 'NDAttributesMacros', 'DET=%s,TS=%s' % (CAMERA.replace('cam1:', ''), SCAN))
    b.put(FILE + 'AutoIncrement', 'Yes')
    b.put_wait(CAMERA + 'UniqueIdMode', 'Camera')


def begin(b, directory, name, exposure, start, step, angles):
    b.start, b.angles = start, angles
    b.put_wait(SCAN + 'FilePath', directory)
    b.put(SCAN + 'ScanStatus', 'Beginning scan')
    b.put_wait(CAMERA + 'Acquire', 0)
    set_exposure(b, exposure)
    b.put_wait(FILE + 'FilePath', directory)
    b.put_wait(FILE + 'FileName', name)
    positions(b, step)
    program_pso(b)


def set_exposure(b, exposure):
    b.put_wait(CAMERA + 'AcquireTime', exposure)


def positions(b, step):
    per_degree = b.get(SCAN + 'PSOCountsPerRotation') / 360
    b.counts = round(step * per_degree)
    b.step = b.counts / per_degree
    b.speed = abs(b.step) / (b.get(CAMERA + 'AcquireTime_RBV') * READOUT_MARGIN)
    way = b.get(ROTATION + '.ACCL') / 2 * b.speed
    taxi = math.ceil(way / abs(b.step) + 0.5) * abs(b.step)
    b.sense = 1 if b.step > 0 else -1
    b.taxi_start = b.start - b.sense * taxi
    b.taxi_end = b.start + (b.angles - 1) * b.step + b.sense * taxi
    for name, value in (('PSOEncoderCountsPerStep', b.counts), ('RotationStep', b.step),
                        ('PSOStartTaxi', b.taxi_start), ('PSOEndTaxi', b.taxi_end)):
        b.put(SCAN + name, value)


def program_pso(b):
    b.put(ROTATION + '.VELO', b.get(ROTATION + '.VMAX'))
    b.put_wait(ROTATION + '.VAL', b.start)
    b.put(ROTATION + '.VELO', b.speed)
    b.put(ROTATION + '.JVEL', b.speed)
    pso_window(b)
    b.command('PSOCONTROL X ARM')


def pso_window(b):
    b.command('PSOCONTROL X RESET')
    b.command('PSOOUTPUT X CONTROL 1')
    width = b.get(SCAN + 'PSOPulseWidth')
    b.command('PSOPULSE X TIME %f,%f' % (width, width))
    b.command('PSOOUTPUT X PULSE WINDOW MASK')
    b.command('PSOTRACK X INPUT 3')
    b.command('PSODISTANCE X FIXED %d' % abs(b.counts))
    b.command('PSOWINDOW X 1 INPUT 3')
    half = round(abs(b.counts) / 2)
    ends = sorted((-half * b.sense, (abs(b.counts) * b.angles - half) * b.sense))
    b.command('PSOWINDOW X 1 RANGE %d,%d' % (ends[0] - 5, ends[1] + 5))


def clean_up_pso(b):
    b.command('PSOWINDOW X OFF')
    b.command('PSOCONTROL X OFF')


def camera_mode(b, mode, images):
    b.put(CAMERA + 'Acquire', 'Done')
    b.until(CAMERA + 'Acquire', 0)
    b.put_wait(CAMERA + 'TriggerMode', 'Off')
    b.until(CAMERA + 'TriggerMode', 0)
    if mode == 'FreeRun':
        b.put_wait(CAMERA + 'ImageMode', 'Continuous')
        return
    if mode == 'Triggered':
        b.put_wait(CAMERA + 'TriggerSource', 'Line2')
        b.put_wait(CAMERA + 'TriggerOverlap', 'ReadOut')
        b.put_wait(CAMERA + 'ExposureMode', 'Timed')
        b.put(CAMERA + 'ArrayCallbacks', 'Enable')
        b.put(CAMERA + 'FrameRateEnable', 0)
    b.put(CAMERA + 'ImageMode', 'Continuous' if images is None else 'Multiple')
    b.put_wait(CAMERA + 'NumImages', 65535000 if images is None else images)
    if mode == 'Triggered':
        b.put_wait(CAMERA + 'TriggerMode', 'On')
        b.until(CAMERA + 'TriggerMode', 1)


def shutter(b, state):
    b.put_wait('2bma:B_shutter:%s.VAL' % state, '1')


def open_front_end(b):
    b.put_wait('2bma:A_shutter:open.VAL', '1')
    b.until('PA:02BM:STA_A_FES_OPEN_PL', 1)


def frames_to(b, kind):
    b.put(SCAN + 'HDF5Location', b.get(SCAN + 'HDF5%sLocation' % kind))
    frame_type = {'Dark': 'DarkField', 'Flat': 'FlatField', 'Projection': 'Projection'}[kind]
    b.put_wait(SCAN + 'FrameType', frame_type)


def frames_arrive(b):
    """Waits until the file plugin has a frame that is stamped as frames are now; those in its queue were stamped before."""
    stored, latest = b.since(FILE + 'UniqueId_RBV'), b.get(CAMERA + 'StartedFrameCount') - b.get(CAMERA + 'DroppedFrameCount')
    b.wait(lambda: any(frame > latest for frame in stored()), 'no frame after %s in %s' % (latest, FILE))


def move_sample(b, position):
    b.put_wait(SAMPLE_X + '.VAL', position, 600)


def start_camera(b):
    b.press(CAMERA + 'Acquire', 'Acquire', CAMERA + 'AcquireBusy')


def wait_camera_done(b, seconds):
    b.until(CAMERA + 'AcquireBusy', 0, seconds)


def capture(b, frames):
    b.put_wait(FILE + 'NumCapture', frames)
    b.press(FILE + 'Capture', 'Capture', FILE + 'Capture_RBV')


def captured(b):
    b.until(FILE + 'Capture_RBV', 0)
    return b.get(FILE + 'FullFileName_RBV', text=True)


def into_one_file(b, name):
    """Names the next files exactly; returns what puts the settings back."""
    before = [(field, b.get(FILE + field, text=True)) for field in ('FileName', 'FileTemplate', 'AutoIncrement')]
    for field, value in (('FileName', name), ('FileTemplate', '%s%s'), ('AutoIncrement', 'No')):
        b.put_wait(FILE + field, value)
    return lambda: [b.put_wait(FILE + field, value) for field, value in before]


def retake(b, kind, frames):
    restore = into_one_file(b, '%s_fields.h5' % kind.lower())
    b.put_wait(SCAN + 'FrameType', kind + 'Field')
    b.put(RING + 'EnableCallbacks', 'Disable')
    if kind == 'Dark':
        shutter(b, 'close')
    else:
        move_sample(b, 2)
    frames_to(b, kind)
    frames_arrive(b)
    capture(b, frames)
    file = captured(b)
    if kind == 'Dark':
        shutter(b, 'open')
    else:
        move_sample(b, 0)
    b.put(RING + 'EnableCallbacks', 'Enable')
    frames_to(b, 'Projection')
    frames_arrive(b)
    restore()
    return file


def stream(b, directory):
    begin(b, directory, 'stream', 0.02, 0, 0.5, 100000)
    for name in ('BinX', 'BinY', 'Scale'):
        b.put_wait(ROI + name, 1)
    b.put_wait(RING + 'Capture', 'Done')
    b.until(RING + 'Capture_RBV', 0)
    b.put_wait(RING + 'PreCount', 10)
    b.put(RING + 'Capture', 'Capture')
    start_stream(b)
    files = {kind: retake(b, kind, 5) for kind in ('Dark', 'Flat')}
    b.until(RING + 'CurrentQty_RBV', 10)
    files['data'], files['ring'] = capture_with_ring(b, 40)
    first_id, start = synchronize(b, 0.03, 0.25)
    capture(b, 20)
    files['synchronized'] = captured(b)
    end_stream(b)
    return {
        'files': {name: contents(file) for name, file in files.items()},
        'synchronized': [first_id, start, b.step],
        'dmov': b.get(ROTATION + '.DMOV'),
    }


def start_stream(b):
    open_front_end(b)
    shutter(b, 'open')
    move_sample(b, 0)
    frames_to(b, 'Projection')
    b.put_wait(ROTATION + '.VAL', b.taxi_start)
    camera_mode(b, 'Triggered', None)
    start_camera(b)
    b.put(ROTATION + '.JOGF', 1)


def end_stream(b):
    camera_mode(b, 'FreeRun', 1)
    b.put(ROTATION + '.VELO', b.get(ROTATION + '.VMAX'))
    clean_up_pso(b)
    b.put_wait(ROTATION + '.JOGF', 0)


def other_camera(b, directory):
    """A stream of the camera that the optics choose: the server takes its PVs by the prefixes that mctOptics has for it."""
    global CAMERA, FILE
    b.put_wait('2bm:MCTOptics:CameraSelect', 1)
    CAMERA = b.get('2bm:MCTOptics:Camera1PVPrefix', text=True) + 'cam1:'
    FILE = b.get('2bm:MCTOptics:FilePlugin1PVPrefix', text=True)
    start_up(b)
    begin(b, directory, 'other', 0.02, 0, 0.5, 100000)
    start_stream(b)
    flat = retake(b, 'Flat', 5)
    capture(b, 20)
    data = captured(b)
    end_stream(b)
    return {'Flat': contents(flat), 'data': contents(data), 'step': b.step, 'offset': b.get(ROTATION + '.OFF')}


def capture_with_ring(b, frames):
    b.put(RING + 'EnableCallbacks', 'Disable')
    capture(b, frames)
    file = captured(b)
    restore = into_one_file(b, 'circular_buffer_' + os.path.basename(file))
    b.put(FILE + 'NDArrayPort', b.get(RING + 'PortName_RBV'))
    kept = b.get(RING + 'CurrentQty_RBV')
    b.put_wait(FILE + 'NumCapture', kept)
    b.put(FILE + 'Capture', 'Capture')
    b.put_wait(RING + 'PostCount', kept)
    b.put(RING + 'Trigger', 'Trigger')
    b.until(FILE + 'Capture_RBV', 1)
    b.until(RING + 'Trigger_RBV', 1)
    b.put(RING + 'EnableCallbacks', 'Enable')
    ring = captured(b)
    b.put(RING + 'Capture', 'Capture')
    b.put(FILE + 'NDArrayPort', b.get(CAMERA + 'PortName_RBV'))
    restore()
    return file, ring


def synchronize(b, exposure, step):
    """Another exposure and step while the stage turns: the encoder tells the angle of the first frame."""
    before = b.speed
    clean_up_pso(b)
    started, *ended = (CAMERA + name + 'FrameCount' for name in ('Started', 'Delivered', 'Dropped'))
    b.wait(lambda: b.get(started) == sum(b.get(name) for name in ended), 'frames are missing')
    last_id = b.get(CAMERA + 'NumImagesCounter_RBV')
    set_exposure(b, exposure)
    b.until(CAMERA + 'AcquireTime_RBV', exposure)
    positions(b, step)
    pso_window(b)
    b.put_wait(ROTATION + '.JVEL', b.speed)
    b.command('PROGRAM RUN 1, "dataacqoff.bcx"')
    b.command('PROGRAM RUN 1, "dataacqon.bcx"')
    time.sleep(abs(before - b.speed) / b.get(ROTATION + '.JAR') + 0.3)
    b.command('PSOCONTROL X ARM')
    b.wait(lambda: b.get(CAMERA + 'NumImagesCounter_RBV') > last_id, 'no frame after the synchronization')
    b.command('PROGRAM RUN 1, "dataacqread.bcx"')
    encoder = int(b.exchange('IGLOBAL(0)')[1:])
    return last_id + 1, b.get(ROTATION + '.OFF') + encoder * b.get(ROTATION + '.ERES')


def fly(b, directory):
    begin(b, directory, 'fly', 0.02, 400, 1, 90)
    capture(b, 5 + 6 + 90)
    open_front_end(b)
    shutter(b, 'close')
    frames_to(b, 'Dark')
    static_frames(b, 5)
    shutter(b, 'open')
    move_sample(b, 2)
    frames_to(b, 'Flat')
    static_frames(b, 6)
    move_sample(b, 0)
    frames_to(b, 'Projection')
    b.put_wait(ROTATION + '.VAL', b.taxi_start)
    camera_mode(b, 'Triggered', 90)
    start_camera(b)
    b.put(ROTATION + '.VAL', b.taxi_end)
    wait_camera_done(b, 30)
    b.until(ROTATION + '.DMOV', 1)
    shutter(b, 'close')
    file = captured(b)
    b.put_wait(ROTATION + '.SET', 'Set')
    b.put_wait(ROTATION + '.VAL', b.get(ROTATION + '.RBV') % 360)
    b.put_wait(ROTATION + '.SET', 'Use')
    offset, angle = b.get(ROTATION + '.OFF'), b.get(ROTATION + '.RBV')
    camera_mode(b, 'FreeRun', 1)
    clean_up_pso(b)
    b.put(ROTATION + '.VELO', b.get(ROTATION + '.VMAX'))
    b.put_wait(ROTATION + '.HOMF', 1)
    return {'file': contents(file), 'theta': [400 + i * b.step for i in range(90)], 'offset': offset, 'angle': angle}


def static_frames(b, frames):
    camera_mode(b, 'Internal', frames)
    start_camera(b)
    wait_camera_done(b, 10)


def contents(file):
    with h5py.File(file, 'r') as opened:
        exchange, defaults = opened['exchange'], opened['defaults']
        projections = defaults['HDF5FrameLocation'][:] == b'/exchange/data'
        return {
            'shapes': {name: list(exchange[name].shape) for name in ('data', 'data_dark', 'data_white')},
            'means': {name: float(exchange[name][:].mean()) for name in ('data', 'data_dark', 'data_white')},
            'frames': len(projections),
            'ids': [int(i) for i in defaults['NDArrayUniqueId'][projections]],
            'angles': [float(a) for a in defaults['StageAngle'][projections]],
        }


def main():
    directory = sys.argv[1] + '/'
    b = Beamline()
    report = {'missing': b.missing}
    if not b.missing:
        start_up(b)
        report['a3200'] = b.exchange('UNITSTOCOUNTS(X, 360.0)')
        report['keepAlive'] = b.exchange('ROUND(1.1)')
        report['nonsense'] = b.exchange('NO SUCH COMMAND')
        report['fly'] = fly(b, directory)
        report['stream'] = stream(b, directory)
        report['other'] = other_camera(b, directory)
    report['incomplete'] = b.incomplete
    print(json.dumps(report))


main()
