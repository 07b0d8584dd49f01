/** A file of the beamline as a boot script loads it. */
export interface TemplateLoad {
  readonly file: string;
  readonly macros?: Readonly<Record<string, string>>;
}

/** Files whose records belong together, and the screens that show those records. */
export interface TemplateGroup {
  readonly name: string;
  readonly loads: readonly TemplateLoad[];
  /** Commands that make the ports behind the records; without them the records get ports that have any parameter. */
  readonly ports?: readonly string[];
  readonly screens?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Channels of the screens that are no records of the group, and whose they are. */
  readonly elsewhere?: readonly (readonly [channel: RegExp, reason: string])[];
}

const areaDetector = (name: string) => `areaDetector/db/${name}.template`;
const screensOf = (folder: string, names: string, macros: Readonly<Record<string, string>>) =>
  Object.fromEntries(names.split(" ").map((name) => [`${folder}/adl/${name}.adl`, macros]));

const P = "t:";

const PLUGIN = { P, PORT: "PORT", NDARRAY_PORT: "CAM", NDARRAY_ADDR: "0", ADDR: "0", TIMEOUT: "1" };

/** A camera whose frames the plugins get. */
const SOURCE = 'simDetectorConfig("CAM", 16, 8, 1)';
const ORYX = 'simBeamlineConfigure("PORT", "STAGE", "PSO_PORT", "16", "phantom")';
const plugin = (name: string, more = "") => `${name}Configure("PORT", 5, 0, "CAM", 0${more})`;

/** An areaDetector plugin or camera: one port, one prefix. */
const asynGroup = (
  name: string,
  R: string,
  ports: readonly string[],
  screens: string,
  more: Readonly<Record<string, string>> = {},
): TemplateGroup => ({
  name,
  ports,
  loads: [
    {
      file: areaDetector(name),
      macros: { ...PLUGIN, R, ...more },
    },
  ],
  screens: screens === "" ? {} : screensOf("areaDetector", screens, { P, R }),
});

/** The plugins of commonPlugins.cmd: prefix, command, its arguments after the source, and template; what is not here has the base's. */
const commonPlugins: readonly (readonly [
  string,
  string,
  string,
  string,
  Readonly<Record<string, string>>?,
])[] = [
  ["image1:", "NDStdArrays", "", "NDStdArrays", { TYPE: "Int8", FTVL: "UCHAR", NELEMENTS: "64" }],
  ["image2:", "NDStdArrays", "", "NDStdArrays", { TYPE: "Float64", FTVL: "DOUBLE", NELEMENTS: "64" }],
  ["Pva1:", "NDPva", ', "t:Pva1:Image"', "NDPva"],
  ["Proc1:", "NDProcess", "", "NDProcess"],
  ["Trans1:", "NDTransform", "", "NDPluginBase"],
  ["CC1:", "NDColorConvert", "", "NDPluginBase"],
  ["CC2:", "NDColorConvert", "", "NDPluginBase"],
  ["Over1:", "NDOverlay", ", 8", "NDPluginBase"],
  ...["1", "2", "3", "4"].map((n) => [`ROI${n}:`, "NDROI", "", "NDROI"] as const),
  ...["1", "2", "3", "4", "5"].flatMap((n) => [
    [
      `Stats${n}:`,
      "NDStats",
      "",
      "NDStats",
      { TS_PORT: `T_Stats${n}_TS`, XSIZE: "8", YSIZE: "8", HIST_SIZE: "16", NCHANS: "20" },
    ] as const,
  ]),
  ["ROIStat1:", "NDROIStat", ", 8", "NDPluginBase"],
  ["CB1:", "NDCircularBuff", ", 100", "NDCircularBuff"],
  ["Attr1:", "NDAttr", ", 8", "NDPluginBase"],
  ["FFT1:", "NDFFT", "", "NDPluginBase"],
  ["Codec1:", "NDCodec", "", "NDPluginBase"],
  ["Codec2:", "NDCodec", "", "NDPluginBase"],
  ["BadPix1:", "NDBadPixel", "", "NDPluginBase"],
  ["Scatter1:", "NDScatter", "", "NDPluginBase"],
  ["Gather1:", "NDScatter", "", "NDPluginBase"],
  ...["netCDF", "TIFF", "JPEG", "Nexus", "Magick"].map(
    (kind) => [`${kind}1:`, `NDFile${kind.replace("net", "Net")}`, "", "NDPluginBase"] as const,
  ),
  ["HDF1:", "NDFileHDF5", "", "NDFileHDF5"],
];

const portOf = (prefix: string): string => `T_${prefix.replace(":", "")}`;

/** The simulation detector writes no files, so upstream's IOC gives its camera no NDFile.template. */
const driverFiles: TemplateGroup["elsewhere"] = [
  [
    /^t:cam1:(?:File|FullFile|Auto(?:Save|Increment)|Write|Read|Capture|NumCapture|FreeCapture|TempSuffix|LazyOpen|CreateDir|DeleteDriver)/,
    "of drivers that write files",
  ],
];

export const wholeCamera: TemplateGroup = {
  name: "a camera with all plugins of commonPlugins.cmd",
  ports: [
    SOURCE,
    ...["1", "2", "3", "4", "5"].map(
      (n) => `NDTimeSeriesConfigure("T_Stats${n}_TS", 5, 0, "T_Stats${n}", 1, 23)`,
    ),
    ...commonPlugins.map(
      ([R, command, more]) => `${command}Configure("${portOf(R)}", 5, 0, "CAM", 0${more})`,
    ),
  ],
  loads: [
    { file: areaDetector("simDetector"), macros: { ...PLUGIN, R: "cam1:", PORT: "CAM" } },
    ...commonPlugins.map(([R, , , template, more = {}]) => ({
      file: areaDetector(template),
      macros: { ...PLUGIN, R, PORT: portOf(R), ...more },
    })),
    ...["netCDF1:", "TIFF1:", "JPEG1:", "Nexus1:", "Magick1:"].map((R) => ({
      file: areaDetector("NDFile"),
      macros: { ...PLUGIN, R, PORT: portOf(R) },
    })),
    ...["1", "2", "3", "4", "5"].map((n) => ({
      file: areaDetector("NDTimeSeries"),
      macros: { ...PLUGIN, R: `Stats${n}:TS:`, PORT: `T_Stats${n}_TS`, NCHANS: "20" },
    })),
  ],
  screens: screensOf("areaDetector", "ADPlugins commonPlugins ADTop ADBase", { P, R: "cam1:" }),
  elsewhere: driverFiles,
};

const MOTOR = {
  P,
  M: "m1",
  DESC: "stage",
  DTYP: "asynMotor",
  PORT: "STAGE",
  ADDR: "0",
  DIR: "Pos",
  VELO: "1",
  VBAS: "0.1",
  ACCL: "0.2",
  BDST: "0",
  BVEL: "1",
  BACC: "0.2",
  MRES: "0.001",
  PREC: "4",
  EGU: "mm",
  DHLM: "100",
  DLLM: "-100",
  INIT: "",
  C: "0",
  S: "0",
};

const motorScreens =
  "motorx motorxU motorx_all motorx_bare motorx_help motorx_more motorx_msta_detail motorx_setup motorx_tiny";

const motorGroup = (name: string, more: Partial<TemplateGroup> & { DTYP?: string } = {}): TemplateGroup => ({
  name,
  loads: [{ file: `motor/db/${name}.db`, macros: { ...MOTOR, DTYP: more.DTYP ?? "asynMotor" } }],
  ...more,
});

const names = (list: string): Record<string, string> =>
  Object.fromEntries(list.split(" ").map((name) => [name, `t:${name}`]));

const boot = (name: string) => `tomoscan/iocBoot/${name}`;
const scan = (R: string, BEAMLINE = "tomoScan_2BM") => ({ P: "2bmb:", R, BEAMLINE });

/** Channels of screens that are older than the templates beside them. */
const stale: TemplateGroup["elsewhere"] = [
  [/:(?:Energy|EnergyMode|Filters)$/, "now in the IOC that sets the energy"],
  [/:(?:Scintillator|Detector|Camera|Image)\w*(?:Type|Thickness|Size|Objective|Length)$/, "now in mctOptics"],
  [/:Stream(?:Status|BufferSize|ReconTime|Center|FilterType|Ortho[XYZ])$/, "now in tomoStream"],
];

export const templateGroups: readonly TemplateGroup[] = [
  wholeCamera,
  {
    ...asynGroup(
      "simDetector",
      "cam1:",
      ['simDetectorConfig("PORT", 16, 8, 1)'],
      "ADBase ADBuffers ADCollect ADDriverFile ADAttrFile ADReadout ADSetup ADShutter ADTop",
    ),
    elsewhere: driverFiles,
  },
  asynGroup("ADBase", "cam1:", [ORYX], ""),
  asynGroup("ADGenICam", "cam1:", [ORYX], ""),
  asynGroup("ADPrefixes", "cam1:", [ORYX], "", { NELEMENTS: "10" }),
  asynGroup("FLIR_ORX_10G_51S5M", "cam1:", [ORYX], ""),
  asynGroup("spinnaker", "cam1:", [ORYX], ""),
  asynGroup("NDArrayBase", "base1:", [SOURCE, plugin("NDROI")], ""),
  asynGroup("NDPluginBase", "base1:", [SOURCE, plugin("NDROI")], "NDPluginBase NDPluginBaseFull"),
  asynGroup("NDCircularBuff", "CB1:", [SOURCE, plugin("NDCircularBuff", ", 1000")], "NDCircularBuff"),
  asynGroup("NDFile", "file1:", [SOURCE, plugin("NDFileHDF5")], ""),
  asynGroup("NDFileHDF5", "HDF1:", [SOURCE, plugin("NDFileHDF5")], "NDFileHDF5 NDFileBase NDFile"),
  asynGroup("NDProcess", "Proc1:", [SOURCE, plugin("NDProcess")], "NDProcess"),
  asynGroup("NDPva", "Pva1:", [SOURCE, plugin("NDPva", ', "t:Pva1:Image"')], "NDPva"),
  asynGroup("NDROI", "ROI1:", [SOURCE, plugin("NDROI")], "NDROI"),
  {
    name: "NDStats with its time series",
    ports: [SOURCE, 'NDTimeSeriesConfigure("PORT_TS", 5, 0, "PORT", 1, 23)', plugin("NDStats")],
    loads: [
      {
        file: areaDetector("NDStats"),
        macros: { ...PLUGIN, R: "Stats1:", XSIZE: "8", YSIZE: "8", HIST_SIZE: "16", NCHANS: "20" },
      },
      {
        file: areaDetector("NDTimeSeries"),
        macros: { ...PLUGIN, R: "Stats1:TS:", PORT: "PORT_TS", NCHANS: "20" },
      },
      {
        file: areaDetector("NDTimeSeriesN"),
        macros: { ...PLUGIN, R: "Stats1:TS:1:", PORT: "PORT_TS", NAME: "one", NCHANS: "20" },
      },
    ],
    screens: screensOf("areaDetector", "NDStats", { P, R: "Stats1:" }),
  },
  asynGroup("NDStdArrays", "image1:", [SOURCE, plugin("NDStdArrays")], "NDStdArrays", {
    TYPE: "Int16",
    FTVL: "SHORT",
    NELEMENTS: "64",
  }),
  {
    name: "asyn record",
    loads: [
      {
        file: "asyn/db/asynRecord.db",
        macros: { P, R: "asyn", PORT: "PORT", ADDR: "0", OMAX: "80", IMAX: "80" },
      },
    ],
    screens: screensOf("asyn", "asynRecord asynOctet", { P, R: "asyn" }),
  },
  { name: "autosave", loads: [{ file: "autosave/db/save_restoreStatus.db", macros: { P } }] },
  motorGroup("asyn_motor", {
    screens: screensOf("motor", motorScreens, { P, M: "m1" }),
    elsewhere: [
      [/:allstop\.VAL$/, "of motorUtil.db, which is not among the files; ours is db/motorUtil.yaml"],
      [/:scanParms\./, "sscan's scanParms.db, which is not among the files"],
    ],
  }),
  motorGroup("basic_asyn_motor"),
  // Addresses of VME cards: there is no device support for these.
  motorGroup("motor", { DTYP: "Soft Channel" }),
  motorGroup("basic_motor", { DTYP: "Soft Channel" }),
  {
    name: "mctOptics",
    loads: [
      {
        file: "mctoptics/db/mctOptics.template",
        macros: {
          P,
          R: "MCTOptics:",
          ...names(
            "CAMERA0 CAMERA1 OVERLAY0 OVERLAY1 FILE_PLUGIN0 FILE_PLUGIN1 PVA_PLUGIN0 PVA_PLUGIN1 ROI_PLUGIN0 ROI_PLUGIN1 CB_PLUGIN0 CB_PLUGIN1 CAMERA_MOTOR LENS_MOTOR LENS0_FOCUS LENS1_FOCUS LENS2_FOCUS LENS_SAMPLE_X LENS_SAMPLE_Y LENS_SAMPLE_Z CAM0_ROT CAM1_ROT",
          ),
          CAMERA_POS0: "0",
          CAMERA_POS1: "1",
          CAM0_LENS_POS0: "0",
          CAM0_LENS_POS1: "1",
          CAM0_LENS_POS2: "2",
          CAM1_LENS_POS0: "0",
          CAM1_LENS_POS1: "1",
          CAM1_LENS_POS2: "2",
        },
      },
    ],
  },
  {
    name: "the streaming scan's boot directory",
    loads: [{ file: boot("iocTomoScanStream_2BMB/tomoScanStream.substitutions") }],
    screens: screensOf(
      "tomoscan",
      "tomoScanStream tomoScanStreamEPICS_PVs tomoScanStream_2BM tomoScanStream_2BM_dm tomoScanStream_2BM_energy tomoScanStream_2BM_experiment tomoScanStream_2BM_full tomoScanStream_2BM_otherpvs tomoScanStream_2BM_sample tomoScanStream_2BM_stream",
      scan("TomoScanStream:", "tomoScanStream_2BM"),
    ),
    elsewhere: stale,
  },
  {
    name: "the scan's boot directory",
    loads: [{ file: boot("iocTomoScan_2BMB/tomoScan.substitutions") }],
    screens: screensOf(
      "tomoscan",
      "tomoScan tomoScanEPICS_PVs tomoScan_2BM tomoScan_2BM_dm tomoScan_2BM_experiment tomoScan_2BM_full tomoScan_2BM_otherpvs tomoScan_2BM_sample",
      scan("TomoScan:"),
    ),
    elsewhere: [...stale, [/:StreamRetakeFlat$/, "of the streaming scan"]],
  },
  {
    name: "the reconstruction's boot directory",
    loads: [{ file: "tomostream/iocBoot/iocTomoStream_2BM/tomoStream.substitutions" }],
    screens: screensOf("tomostream", "tomoStream tomoStreamEPICS_PVs tomoStream_2BM", {
      ...scan("TomoStream:"),
    }),
  },
];

/** Screens whose records no file of the beamline loads, and why. */
export const screensWithoutRecords: Readonly<Record<string, string>> = {
  "tomoscan/adl/tomoScan_2BM_stream.adl":
    "the same as tomoScanStream_2BM_stream.adl, beside a scan that does not stream",
};
