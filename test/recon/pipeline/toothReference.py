"""Independent filtered backprojection of one detector row: tooth.h5 in, center and slice out (numpy and scipy only).

Arguments: input file, row, output file for the slice (float32, n x n). Prints the rotation center.
"""

import sys

import h5py
import numpy as np
from scipy.optimize import minimize_scalar

source, row, target = sys.argv[1], int(sys.argv[2]), sys.argv[3]
with h5py.File(source) as f:
    exchange = f["exchange"]
    data, dark, flat = (exchange[name][:, row].astype(float) for name in ("data", "data_dark", "data_white"))
    theta = np.deg2rad(exchange["theta"][:])
dark, flat = dark.mean(0), flat.mean(0)
lines = -np.log(np.clip((data - dark) / (flat - dark), 1e-6, None))
views, n = lines.shape

# Where the last view, mirrored about the center, lies best on the first one.
columns = np.arange(n)


def mismatch(center):
    mirrored = np.interp(2 * center - columns, columns, lines[-1], left=0, right=0)
    return np.sum((lines[0] - mirrored) ** 2)


coarse = min(np.arange(n / 2 - 60, n / 2 + 60), key=mismatch)
center = minimize_scalar(mismatch, bounds=(coarse - 1, coarse + 1), method="bounded").x

size = 4 * n
t = np.fft.rfftfreq(size)
shepp_logan = t * np.sinc(t)
filtered = np.fft.irfft(np.fft.rfft(lines, size, axis=1) * shepp_logan, size, axis=1)[:, :n]
x = np.arange(n) - n // 2
image = np.zeros((n, n))
for angle, values in zip(theta, filtered):
    s = x[None, :] * np.cos(angle) - x[:, None] * np.sin(angle) + center
    image += np.interp(s.ravel(), columns, values, left=0, right=0).reshape(n, n)
(image * np.pi / views).astype(np.float32).tofile(target)
print(center)
