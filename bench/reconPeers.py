"""The other side of reconPeers.ts: slices of tooth.h5 and times of astra-toolbox (CPU) and scikit-image.

Arguments: tooth.h5, folder for the results, rotation center, size and number of views of the timed slice. Writes `lines` (the line
integrals of detector row 1) and a slice for each peer and filter as float32, and prints what it measured as JSON.
"""

import json
import sys
import time
import warnings
from pathlib import Path

import astra
import h5py
import numpy as np
import scipy.ndimage
from skimage.transform import iradon

warnings.filterwarnings("ignore")
source, folder, center = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])
size, count = int(sys.argv[4]), int(sys.argv[5])
ASTRA_FILTERS = {"Ramp": "ram-lak", "Shepp-logan": "shepp-logan", "Hann": "hann", "Cosine": "cosine"}
SKIMAGE_FILTERS = {"Ramp": "ramp", "Shepp-logan": "shepp-logan", "Hann": "hann", "Cosine": "cosine"}


def with_astra(sinogram, theta, name):
    n = sinogram.shape[1]
    volume = astra.create_vol_geom(n, n)
    projector = astra.create_projector("linear", astra.create_proj_geom("parallel", 1.0, n, theta), volume)
    data = astra.data2d.create("-sino", astra.projector.projection_geometry(projector), sinogram)
    image = astra.data2d.create("-vol", volume)
    options = {"FilterType": ASTRA_FILTERS[name]}
    algorithm = astra.algorithm.create(
        {"type": "FBP", "ProjectorId": projector, "ProjectionDataId": data, "ReconstructionDataId": image, "option": options}
    )
    astra.algorithm.run(algorithm)
    return astra.data2d.get(image)


def with_skimage(sinogram, theta, name):
    return iradon(sinogram.T, np.rad2deg(theta), filter_name=SKIMAGE_FILTERS[name], circle=True)


PEERS = {"astra-toolbox": with_astra, "scikit-image": with_skimage}

with h5py.File(source) as f:
    data, dark, flat = (f["exchange"][name][:, 1].astype(float) for name in ("data", "data_dark", "data_white"))
    theta = np.deg2rad(f["exchange"]["theta"][:])
dark, flat = dark.mean(0), flat.mean(0)
lines = -np.log(np.clip((data - dark) / (flat - dark), 1e-6, None))
lines.astype(np.float32).tofile(folder / "lines")
theta.astype(np.float64).tofile(folder / "theta")
# Both want the axis in the middle: an odd number of columns, moved there by cubic splines.
n = lines.shape[1]
middled = np.zeros((len(lines), n + 1))
middled[:, :n] = lines
middled = scipy.ndimage.shift(middled, (0, n // 2 - center), order=3, mode="nearest").astype(np.float32)
for peer, reconstruct in PEERS.items():
    for name in SKIMAGE_FILTERS:
        reconstruct(middled, theta, name)[:n, :n].astype(np.float32).tofile(folder / f"{peer} {name}")

sinogram = np.random.default_rng(1).random((count, size), np.float32)
angles = np.arange(count) * np.pi / count
seconds = {}
for peer, reconstruct in PEERS.items():
    start = time.process_time()
    reconstruct(sinogram, angles, "Shepp-logan")
    seconds[peer] = time.process_time() - start
print(json.dumps({"width": n, "seconds": seconds, "filters": list(SKIMAGE_FILTERS)}))
