import { byLongestName, constant, type Dialect, element, unary, vararg } from "./elements.js";
import { extendedOperands, extendedOperators } from "./extendedElements.js";
import { Op } from "./opcodes.js";

/** Expressions of numbers and arrays: CALC of synApps's acalcout record. */
export const arrayDialect: Dialect = {
  operands: byLongestName([
    ...extendedOperands,
    constant("AVAL", Op.FetchResult),
    constant("ARNDM", Op.ArrayRandom),
    constant("IX", Op.Index),
    unary("ARR", Op.ToArray),
    unary("AVG", Op.Average),
    unary("CAT", Op.Concatenate, -1),
    unary("CUM", Op.Cumulate),
    unary("DERIV", Op.Derivative),
    unary("NDERIV", Op.DerivativeOver, -1),
    unary("FITPOLY", Op.FitPolynomial),
    unary("FITMPOLY", Op.FitMasked, -1),
    vararg("FITQ", Op.FitInto),
    vararg("FITMQ", Op.FitMaskedInto),
    unary("FWHM", Op.FullWidthHalfMaximum),
    unary("ANEG", Op.ClearNegative),
    unary("APOS", Op.ClearPositive),
    unary("AMAX", Op.Largest),
    unary("AMIN", Op.Smallest),
    unary("IXMAX", Op.IndexOfLargest),
    unary("IXMIN", Op.IndexOfSmallest),
    unary("IXZ", Op.IndexOfZero),
    unary("IXNZ", Op.IndexOfNonZero),
    unary("SMOO", Op.Smooth),
    unary("NSMOO", Op.SmoothTimes, -1),
    unary("STD", Op.StandardDeviation),
    unary("SUM", Op.Sum),
  ]),
  operators: byLongestName([...extendedOperators, element("{", "bracket", Op.SubrangeInPlace, 0, -1, 11)]),
  stackSize: 20,
  extended: true,
};
