import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");
/** The research folder, there or not. */
export const SHARED = resolve(process.env.FORESHOCK_SHARED ?? join(ROOT, "../shared"));

/** What a script hands over: its cases as JSON, and its columns as numbers. */
export interface ReferenceCase {
  /** The row given to `emit`. */
  readonly row: Record<string, unknown>;
  readonly columns: readonly Float64Array[];
}

/**
 * Why the Python reference cannot be asked here; undefined when it can. Without it the tests that
 * need it are skipped on a desk and fail in the gate (CI set), where it must be there.
 */
export function referenceMissing(): string | undefined {
  if (!existsSync(join(SHARED, "reference", "stream_engine.py"))) {
    return "the research folder is not there: set FORESHOCK_SHARED to it";
  }
  const tried = spawnSync(pythonCommand(), ["-c", "import numpy, numba"], { encoding: "utf8" });
  if (tried.status === 0) return undefined;
  return `${pythonCommand()} has no numpy and numba: set FORESHOCK_PYTHON to one that has`;
}

/**
 * Runs a script with the reference's modules on its path; it calls `emit(row, *columns)` per case.
 * The reference folder itself is left untouched (caches go to a temporary folder).
 */
export function askReference(script: string, args: readonly string[] = []): ReferenceCase[] {
  const folder = mkdtempSync(join(tmpdir(), "foreshock-reference-"));
  try {
    const ran = spawnSync(pythonCommand(), ["-c", PREAMBLE + script + EPILOGUE, folder, ...args], {
      encoding: "utf8",
      maxBuffer: 1 << 26,
      env: {
        ...process.env,
        PYTHONPATH: [join(SHARED, "reference"), join(SHARED, "eval")].join(":"),
        PYTHONDONTWRITEBYTECODE: "1",
        NUMBA_CACHE_DIR: join(tmpdir(), "foreshock-numba"),
      },
    });
    if (ran.status !== 0) throw new Error(`the reference failed: ${ran.stderr}`);
    return readCases(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The Python that has the reference's packages. */
export function pythonCommand(): string {
  return process.env.FORESHOCK_PYTHON ?? "python3";
}

function readCases(folder: string): ReferenceCase[] {
  const index: { row: Record<string, unknown>; sizes: number[] }[] = JSON.parse(
    readFileSync(join(folder, "rows.json"), "utf8"),
  );
  const bytes = readFileSync(join(folder, "columns.f64"));
  const numbers = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
  let at = 0;
  return index.map(({ row, sizes }) => {
    const columns = sizes.map((size) => {
      const column = numbers.slice(at, at + size);
      at += size;
      return column;
    });
    return { row, columns };
  });
}

const PREAMBLE = `
import json, os, sys
import numpy as np
_index, _file = [], open(os.path.join(sys.argv[1], "columns.f64"), "wb")
def emit(row, *columns):
    for column in columns:
        np.asarray(column, dtype="<f8").tofile(_file)
    _index.append({"row": row, "sizes": [len(column) for column in columns]})
`;

const EPILOGUE = `
_file.close()
with open(os.path.join(sys.argv[1], "rows.json"), "w") as out:
    json.dump(_index, out)
`;
