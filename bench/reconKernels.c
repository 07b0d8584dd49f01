// The reconstruction's kernels in C, to compare those of assembly/ with: the same steps in the same order. LANES floats in a vector, so
// a block has 2 LANES detector rows; 4 is what WebAssembly has. Arguments: size, projections. Prints milliseconds of CPU
// time for a projection and the sum of all slices.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifndef LANES
#define LANES 4
#endif
typedef float vec __attribute__((vector_size(4 * LANES), aligned(4)));
typedef int32_t ints __attribute__((vector_size(4 * LANES), aligned(4)));
typedef float four __attribute__((vector_size(16), aligned(4)));
typedef int32_t fourInts __attribute__((vector_size(16), aligned(4)));
typedef struct { float re, im; } factor;
typedef struct { vec re, im; } column;
typedef struct { uint32_t column; float left, right; } entry;

#define ROWS (2 * LANES)
#define FRACTION_BITS 18
#define FRACTION ((1 << FRACTION_BITS) - 1)

static int n, points;
static factor *factors;
static float *response, *dark, *gain;
static uint16_t *counts;
static column *block, *sumsY, *sumsX;
static float *sumsZ;
static float *values, *slopes;
static entry *tableY, *tableX;

static inline vec splat(float value) { return (vec){0} + value; }

static inline vec minusLog(vec x) {
  ints bits = (ints)x, exponent = (bits - 0x3f3504f3) & (int32_t)0xff800000;
  vec u = (vec)(bits - exponent);
  vec t = (u - 1.0f) / (u + 1.0f), square = t * t;
  vec y = (square * -0.4129491f + -0.66652267f) * square + -2.0000002f;
  return y * t - __builtin_convertvector(exponent, vec) * (0.6931472f / 0x1p23f);
}

static inline vec integrals(size_t at) {
  typedef uint16_t shorts __attribute__((vector_size(2 * LANES), aligned(2)));
  vec value = __builtin_convertvector(__builtin_convertvector(*(shorts *)(counts + at), ints), vec);
  vec t = (value - *(vec *)(dark + at)) * *(vec *)(gain + at);
  vec floor = splat(1e-6f);
  ints isAbove = t > floor;
  return minusLog((vec)(((ints)t & isAbove) | ((ints)floor & ~isAbove)));
}

/** Rows from `first` on; the number of rows is a multiple of ROWS. */
static void fillBlock(int first) {
  float *out = (float *)block;
  for (int group = 0; group < ROWS; group += 4)
    for (int s = 0; s < n; s += LANES) {
      vec v[4];
      for (int r = 0; r < 4; r++) v[r] = integrals((size_t)(first + group + r) * n + s);
      for (int part = 0; part < LANES; part += 4) {
        four a = *(four *)((float *)&v[0] + part), b = *(four *)((float *)&v[1] + part);
        four c = *(four *)((float *)&v[2] + part), d = *(four *)((float *)&v[3] + part);
        four t0 = __builtin_shuffle(a, b, (fourInts){0, 4, 1, 5}), t1 = __builtin_shuffle(a, b, (fourInts){2, 6, 3, 7});
        four t2 = __builtin_shuffle(c, d, (fourInts){0, 4, 1, 5}), t3 = __builtin_shuffle(c, d, (fourInts){2, 6, 3, 7});
        float *to = out + (s + part) * ROWS + group;
        *(four *)to = __builtin_shuffle(t0, t2, (fourInts){0, 1, 4, 5});
        *(four *)(to + ROWS) = __builtin_shuffle(t0, t2, (fourInts){2, 3, 6, 7});
        *(four *)(to + 2 * ROWS) = __builtin_shuffle(t1, t3, (fourInts){0, 1, 4, 5});
        *(four *)(to + 3 * ROWS) = __builtin_shuffle(t1, t3, (fourInts){2, 3, 6, 7});
      }
    }
  memset(block + n, 0, sizeof(column) * (points / 2 - n));
}

static inline column turned(vec re, vec im, factor w) { return (column){re * w.re - im * w.im, re * w.im + im * w.re}; }
static inline column turnedBack(column x, factor w) { return (column){x.re * w.re + x.im * w.im, x.im * w.re - x.re * w.im}; }

static inline void spread(column *p, int step, const factor *w, int isPlain) {
  column x0 = p[0], x1 = p[step], x2 = p[2 * step], x3 = p[3 * step];
  vec a = x0.re + x2.re, ai = x0.im + x2.im, c = x0.re - x2.re, ci = x0.im - x2.im;
  vec b = x1.re + x3.re, bi = x1.im + x3.im, d = x1.re - x3.re, di = x1.im - x3.im;
  p[0] = (column){a + b, ai + bi};
  p[step] = isPlain ? (column){a - b, ai - bi} : turned(a - b, ai - bi, w[1]);
  p[2 * step] = isPlain ? (column){c + di, ci - d} : turned(c + di, ci - d, w[0]);
  p[3 * step] = isPlain ? (column){c - di, ci + d} : turned(c - di, ci + d, w[2]);
}

static inline void gather(column *p, int step, const factor *w, int isPlain, int isFirstHalf) {
  column x0 = p[0], u1 = p[step], u2 = p[2 * step], u3 = p[3 * step];
  if (!isPlain) u1 = turnedBack(u1, w[1]), u2 = turnedBack(u2, w[0]), u3 = turnedBack(u3, w[2]);
  vec a = x0.re + u1.re, ai = x0.im + u1.im, b = x0.re - u1.re, bi = x0.im - u1.im;
  vec c = u2.re + u3.re, ci = u2.im + u3.im, d = u3.im - u2.im, di = u2.re - u3.re;
  p[0] = (column){a + c, ai + ci};
  p[step] = (column){b + d, bi + di};
  if (isFirstHalf) return;
  p[2 * step] = (column){a - c, ai - ci};
  p[3 * step] = (column){b - d, bi - di};
}

static inline void filterFour(column *p, const float *h) {
  spread(p, 1, 0, 1);
  for (int i = 0; i < 4; i++) p[i].re *= h[i], p[i].im *= h[i];
  gather(p, 1, 0, 1, 0);
}

/** Sums and differences of columns half a turn apart, each as four. */
static inline void filterEight(column *p, const float *h) {
  const float root = 0.70710678f;
  column sums[4], d[4];
  for (int i = 0; i < 4; i++) {
    sums[i] = (column){p[i].re + p[i + 4].re, p[i].im + p[i + 4].im};
    d[i] = (column){p[i].re - p[i + 4].re, p[i].im - p[i + 4].im};
  }
  d[1] = (column){root * (d[1].re + d[1].im), root * (d[1].im - d[1].re)};
  d[2] = (column){d[2].im, -d[2].re};
  d[3] = (column){root * (d[3].im - d[3].re), -root * (d[3].re + d[3].im)};
  filterFour(sums, h);
  filterFour(d, h + 4);
  d[1] = (column){root * (d[1].re - d[1].im), root * (d[1].im + d[1].re)};
  d[2] = (column){-d[2].im, d[2].re};
  d[3] = (column){-root * (d[3].re + d[3].im), root * (d[3].re - d[3].im)};
  for (int i = 0; i < 4; i++) {
    p[i] = (column){sums[i].re + d[i].re, sums[i].im + d[i].im};
    p[i + 4] = (column){sums[i].re - d[i].re, sums[i].im - d[i].im};
  }
}

static void filterPart(column *p, int length, const factor *w, const float *h) {
  int quarter = length / 4;
  spread(p, quarter, 0, 1);
  for (int j = 1; j < quarter; j++) spread(p + j, quarter, w + 3 * j, 0);
  for (int i = 0; i < 4; i++)
    if (quarter == 4) filterFour(p + 4 * i, h + 4 * i);
    else if (quarter == 8) filterEight(p + 8 * i, h + 8 * i);
    else filterPart(p + i * quarter, quarter, w + 3 * quarter, h + i * quarter);
  gather(p, quarter, 0, 1, 0);
  for (int j = 1; j < quarter; j++) gather(p + j, quarter, w + 3 * j, 0, 0);
}

/** The first level, whose second half is zero. */
static void spreadPadded(int quarter) {
  for (int j = 0; j < quarter; j++) {
    column *p = block + j, a = p[0], b = p[quarter];
    const factor *w = factors + 3 * j;
    p[0] = (column){a.re + b.re, a.im + b.im};
    p[quarter] = turned(a.re - b.re, a.im - b.im, w[1]);
    p[2 * quarter] = turned(a.re + b.im, a.im - b.re, w[0]);
    p[3 * quarter] = turned(a.re - b.im, a.im + b.re, w[2]);
  }
}

/** The number of points is 64 or another power of two above. */
static void filterBlock(void) {
  int quarter = points / 4;
  spreadPadded(quarter);
  for (int part = 0; part < 4; part++)
    filterPart(block + part * quarter, quarter, factors + 3 * quarter, response + part * quarter);
  for (int j = 0; j < quarter; j++) gather(block + j, quarter, factors + 3 * j, 0, 1);
}

static void addVertical(column *sums, const entry *table, int from, int to) {
  for (int i = from; i < to; i++) {
    const column *at = block + table[i].column;
    sums[i].re += at[0].re * table[i].left + at[1].re * table[i].right;
    sums[i].im += at[0].im * table[i].left + at[1].im * table[i].right;
  }
}

static void copyRow(int lane) {
  const float *from = (const float *)block + lane;
  float value = 0;
  for (int s = -2; s < n + 2; s++) {
    float next = s + 1 >= 0 && s + 1 < n ? from[(s + 1) * ROWS] : 0;
    values[s + 2] = value;
    slopes[s + 2] = (next - value) / (1 << FRACTION_BITS);
    value = next;
  }
}

static void addFlatZ(double center, double cosine, double sine) {
  int half = n / 2;
  int64_t step = nearbyint(cosine * 0x1p32), toLowest = step < 0 ? (LANES - 1) * step : 0;
  ints lanes;
  for (int i = 0; i < LANES; i++) lanes[i] = (llabs(step) >> (32 - FRACTION_BITS)) * (step < 0 ? LANES - 1 - i : i);
  for (int y = 0; y < n; y++) {
    double start = center - (y - half) * sine - half * cosine;
    int from = 0, to = n;
    while (from < n && !(start + from * cosine > -1 && start + from * cosine < n)) from++;
    while (to > from && !(start + (to - 1) * cosine > -1 && start + (to - 1) * cosine < n)) to--;
    float *line = sumsZ + (size_t)y * n;
    int64_t position = nearbyint((start + from * cosine + 2) * 0x1p32);
    int x = from;
    for (; x + LANES <= to; x += LANES, position += LANES * step) {
      int64_t lowest = position + toLowest;
      ints positions = lanes + ((int32_t)(lowest >> (32 - FRACTION_BITS)) & FRACTION);
      ints picks = positions >> FRACTION_BITS;
      vec value = __builtin_shuffle(*(vec *)(values + (lowest >> 32)), picks);
      vec slope = __builtin_shuffle(*(vec *)(slopes + (lowest >> 32)), picks);
      *(vec *)(line + x) += value + slope * __builtin_convertvector(positions & FRACTION, vec);
    }
    for (; x < to; x++, position += step)
      line[x] += values[position >> 32] + slopes[position >> 32] * (float)(position >> (32 - FRACTION_BITS) & FRACTION);
  }
}

/** Columns of a vertical slice through the axis in direction (alongX, alongY). */
static void locate(entry *table, double alongX, double alongY, double center, int *from, int *to) {
  *from = n, *to = 0;
  for (int i = 0; i < n; i++) {
    double s = (i - n / 2) * (alongX + alongY) + center;
    if (!(s > -1 && s < n)) continue;
    int at = s < 0 ? 0 : (int)s > n - 2 ? n - 2 : (int)s;
    table[i] = (entry){at, fmax(0, 1 - fabs(s - at)), fmax(0, 1 - fabs(s - at - 1))};
    if (i < *from) *from = i;
    *to = i + 1;
  }
}

static void add(const uint16_t *raw, double theta) {
  double cosine = cos(theta), sine = sin(theta), center = n / 2.0;
  int fromY, toY, fromX, toX;
  memcpy(counts, raw, (size_t)n * n * 2);
  locate(tableY, cosine, 0, center, &fromY, &toY);
  locate(tableX, 0, -sine, center, &fromX, &toX);
  for (int first = 0; first < n; first += ROWS) {
    fillBlock(first);
    filterBlock();
    addVertical(sumsY + (size_t)first / ROWS * n, tableY, fromY, toY);
    addVertical(sumsX + (size_t)first / ROWS * n, tableX, fromX, toX);
    if (first == n / 2) copyRow(0);
  }
  addFlatZ(center, cosine, sine);
}

static void *take(size_t bytes) {
  void *memory = aligned_alloc(64, (bytes + 127) / 64 * 64);
  memset(memory, 0, bytes);
  return memory;
}

/** The factors and the ramp with Parzen's window, at the frequencies' bit-reversed places. */
static void prepare(void) {
  factor *w = factors;
  for (int length = points; length > 8; length /= 4)
    for (int j = 0; j < length / 4; j++)
      for (int power = 1; power <= 3; power++, w++) *w = (factor){cos(-2 * M_PI * j * power / length), sin(-2 * M_PI * j * power / length)};
  for (int i = 0; i < points; i++) {
    unsigned reversed = 0;
    for (int bit = 1; bit < points; bit <<= 1) reversed = reversed << 1 | !!(i & bit);
    double t = (reversed < points - reversed ? reversed : points - reversed) / (double)points;
    double ramp = t == 0 ? 2 / (M_PI * M_PI * points) : t;
    response[i] = ramp * (t <= 0.25 ? 1 - 24 * t * t * (1 - 2 * t) : 2 * pow(1 - 2 * t, 3)) / points;
  }
}

static double milliseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec * 1e3 + time.tv_nsec * 1e-6;
}

int main(int argc, char **argv) {
  n = argc > 1 ? atoi(argv[1]) : 1024;
  int projections = argc > 2 ? atoi(argv[2]) : 64;
  for (points = 64; points < 2 * n;) points *= 2;
  size_t pixels = (size_t)n * n;
  factors = take(sizeof(factor) * 2 * points);
  response = take(4 * points);
  dark = take(4 * pixels), gain = take(4 * pixels), counts = take(2 * pixels), sumsZ = take(4 * pixels);
  block = take(sizeof(column) * points), sumsY = take(4 * pixels), sumsX = take(4 * pixels);
  values = take(4 * (n + 4 + LANES)), slopes = take(4 * (n + 4 + LANES)), tableY = take(sizeof(entry) * n), tableX = take(sizeof(entry) * n);
  uint16_t *raw = take(8 * pixels);
  for (size_t i = 0; i < 4 * pixels; i++) raw[i] = 20000 + (i % pixels + 31 * (i / pixels)) % 997 * 10;
  for (size_t i = 0; i < pixels; i++) dark[i] = 100, gain[i] = 1 / 39900.0f;
  prepare();
  add(raw, 0.1);
  double start = milliseconds();
  for (int k = 0; k < projections; k++) add(raw + k % 4 * pixels, k * M_PI / projections);
  double took = (milliseconds() - start) / projections, sum = 0;
  for (size_t i = 0; i < pixels; i++) sum += sumsZ[i] + ((float *)sumsY)[i] + ((float *)sumsX)[i];
  printf("%.4f %.6g\n", took, sum);
}
