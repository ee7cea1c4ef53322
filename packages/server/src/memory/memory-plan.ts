const MIB = 2 ** 20;
/** The process, its libraries and what the main thread keeps. */
const PROCESS_BYTES = 100 * MIB;
/** What all owners keep of points that were judged again for rankings, at least and at most. */
const HISTORY_BYTES_MIN = 8 * MIB;
const HISTORY_BYTES_MAX = 256 * MIB;
/** A thread that has worked for a while: its code, its young generation, and garbage. Measured: 30 to 50 MiB. */
const THREAD_BYTES = 48 * MIB;
/** Above this part of the maximum nothing new is admitted, so it cannot be given away either. */
const USABLE = 0.9;
/** What is left for series must be worth a start. */
const POT_MIN = 24 * MIB;
/** Bytes of a long read at work: a grid of 3 million cells, its columns and its text. */
const READ_BYTES = 64 * MIB;
const BODY_BYTES_MAX = 256 * MIB;
/** A body may take half of the room for all of them, packed and unpacked: that is a tenant's share. */
const PACKED_PART = 1 / 8;
const PACKED_BYTES_MAX = 8 * MIB;
const UNPACKED_PART = 3 / 8;
const UNPACKED_BYTES_MAX = 32 * MIB;
/** Large replies that wait for their readers: of all keys, and of one. */
const UNSENT_BYTES_MAX = 256 * MIB;
const UNSENT_PER_KEY_MAX = 64 * MIB;
/** Columns of a body take at most this many times its unpacked bytes. */
const BODY_COLUMNS = 4;
const CACHE_BYTES_MAX = 64 * MIB;
const DECODER_HEAP_MAX = 256 * MIB;
/** A point that was taken in and is not scored: two columns, and its place in the log. */
const QUEUED_POINT_BYTES = 24;
const QUEUED_POINTS_MAX = 3_000_000;
/** A thread's long-lived objects may be this many times what it is charged, and this much beside it. */
const HEAP_SLACK = 1.5;
const HEAP_BASE = 160 * MIB;

export interface MemoryThreads {
  readonly ownerCount: number;
  readonly hostCount: number;
  readonly decoderCount: number;
}

/** Who may hold how much, so that the sum fits. Sizes in bytes where nothing else is said. */
export interface MemoryPlan {
  readonly memoryMax: number;
  /** Bodies of requests: all at work, and each of them. */
  readonly body: {
    readonly inFlightBytesMax: number;
    readonly compressedBytesMax: number;
    readonly decodedBytesMax: number;
  };
  /** Large replies that wait for their readers. */
  readonly replies: { readonly unsentBytesMax: number; readonly unsentBytesPerKey: number };
  /** Each owner: points that were judged again for rankings. */
  readonly owner: { readonly historyBytesMax: number };
  /** Each decoder: label sets that it remembers, and its long-lived objects in MiB. */
  readonly decoder: { readonly cacheBytesMax: number; readonly heapMbMax: number };
  /** Long-lived objects of one host or owner, in MiB: a runaway ends its own thread. */
  readonly threadHeapMbMax: number;
  /** Long reads at work in one host. */
  readonly longReadsMax: number;
  /** Points in one host that wait for detection. */
  readonly queuedPointsMax: number;
  /** What tenants may be charged for what stays: series, names, states. */
  readonly potBytes: number;
}

/** The maximum is less than the threads themselves need. */
export class MemoryPlanProblem extends Error {
  override readonly name = "MemoryPlanProblem";
}

/** Divides the maximum. @throws MemoryPlanProblem saying how much would do. */
export function memoryPlan(memoryMax: number, threads: MemoryThreads): MemoryPlan {
  const { ownerCount, hostCount, decoderCount } = threads;
  const threadCount = ownerCount + hostCount + decoderCount + 1;
  const fixed = PROCESS_BYTES + HISTORY_BYTES_MIN + threadCount * THREAD_BYTES;
  const body = bodyParts(memoryMax);
  const unsentBytesMax = Math.floor(Math.min(UNSENT_BYTES_MAX, memoryMax / 32));
  const unsentBytesPerKey = Math.min(UNSENT_PER_KEY_MAX, unsentBytesMax);
  const cacheBytesMax = Math.floor(Math.min(CACHE_BYTES_MAX, memoryMax / 64));
  const readBytes = memoryMax / 16;
  const longReadsMax = Math.max(1, Math.floor(readBytes / READ_BYTES / hostCount));
  const queueBytes = memoryMax / 32;
  const queuedPointsMax = Math.min(
    QUEUED_POINTS_MAX,
    Math.floor(queueBytes / QUEUED_POINT_BYTES / hostCount),
  );
  const historyBytes = Math.min(HISTORY_BYTES_MAX, Math.max(HISTORY_BYTES_MIN, memoryMax / 128));
  const cached = decoderCount * cacheBytesMax + historyBytes - HISTORY_BYTES_MIN;
  const lent = body.inFlightBytesMax + unsentBytesMax + queueBytes + readBytes + cached;
  const potBytes = Math.floor(USABLE * memoryMax - fixed - lent);
  if (potBytes < POT_MIN) throw new MemoryPlanProblem(tooSmall(memoryMax, fixed));
  return {
    memoryMax,
    body,
    replies: { unsentBytesMax, unsentBytesPerKey },
    owner: { historyBytesMax: Math.floor(historyBytes / ownerCount) },
    decoder: {
      cacheBytesMax,
      heapMbMax: Math.floor(Math.min(DECODER_HEAP_MAX, memoryMax / 8) / MIB),
    },
    threadHeapMbMax: Math.ceil((threadBytesMax(potBytes) + longReadsMax * READ_BYTES) / MIB),
    longReadsMax,
    queuedPointsMax,
    potBytes,
  };
}

function bodyParts(memoryMax: number): MemoryPlan["body"] {
  const all = Math.floor(Math.min(BODY_BYTES_MAX, memoryMax / 16));
  return {
    inFlightBytesMax: all,
    compressedBytesMax: Math.min(PACKED_BYTES_MAX, Math.floor(PACKED_PART * all)),
    decodedBytesMax: Math.min(UNPACKED_BYTES_MAX, Math.floor(UNPACKED_PART * all)),
  };
}

/** What a thread is expected to hold at most that works on series of `chargedBytes`. */
export function threadBytesMax(chargedBytes: number): number {
  return HEAP_BASE + HEAP_SLACK * chargedBytes;
}

/** What the long reads of a host may hold at work. */
export function readBytesMax({ longReadsMax }: MemoryPlan): number {
  return longReadsMax * READ_BYTES;
}

/** What a decoder may hold at work: its heap, what it remembers, and the columns of one body. */
export function decoderBytesMax({ decoder, body }: MemoryPlan): number {
  return decoder.heapMbMax * MIB + decoder.cacheBytesMax + BODY_COLUMNS * body.decodedBytesMax;
}

/** The parts that follow the maximum leave a little more than two thirds of it. */
function tooSmall(memoryMax: number, fixed: number): string {
  const enough = Math.ceil((fixed + POT_MIN) / MIB / 0.67);
  const given = Math.floor(memoryMax / MIB);
  return `a memory maximum of ${given} MiB is too small for these threads: give at least ${enough} MiB, or fewer workers`;
}
