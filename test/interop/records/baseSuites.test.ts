import { testBehaviours } from "./behaviour.js";
import * as arrays from "./suites/arrays.js";
import * as inputsAndOutputs from "./suites/inputsAndOutputs.js";
import * as links from "./suites/links.js";
import * as processing from "./suites/processing.js";
import * as simulation from "./suites/simulation.js";

const tables = [inputsAndOutputs, processing, arrays, links, simulation].flatMap((module) =>
  Object.values(module),
);

testBehaviours("EPICS Base's own test", tables);
