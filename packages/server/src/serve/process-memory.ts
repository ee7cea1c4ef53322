/**
 * glibc raises both by itself to the largest buffer that was ever freed, and then keeps that much in each
 * thread's own heap: a quarter of the memory of a large fleet. Set, they stay, and large buffers go back to the
 * system when they are freed. Other C libraries pass them over. Source: mallopt(3).
 */
export const MEMORY_ENV = {
  MALLOC_MMAP_THRESHOLD_: "131072",
  MALLOC_TRIM_THRESHOLD_: "131072",
} as const;

/**
 * V8 lets a heap grow to four times what lives in it before it looks for garbage, where the machine has the
 * memory. Threads here keep most of what they make, so that much garbage is only memory.
 */
export const MEMORY_FLAGS = ["--heap-growing-percent=60"] as const;

/** The part of a process that is replaced, and by what. */
export interface Replaceable {
  readonly execPath: string;
  readonly execArgv: readonly string[];
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Left out where the system cannot do it. */
  execve?(file: string, args: readonly string[], env: Readonly<Record<string, string>>): never;
}

/**
 * Settings of memory that hold from the beginning of a process only: `foreshock serve` replaces itself once, under
 * the same number, by the same program that has them. Not where a setting is given already (by the operator,
 * or because this is the second time), nor under a parent that talks to it over a channel of Node's.
 */
export function replaceForMemory(own: Replaceable): void {
  const { execPath, execArgv, argv, env } = own;
  const isSet = Object.keys(MEMORY_ENV).some((name) => env[name] !== undefined);
  if (own.execve === undefined || isSet || env.NODE_CHANNEL_FD !== undefined) return;
  const kept = Object.entries(env).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  );
  const args = [execPath, ...MEMORY_FLAGS, ...execArgv, ...argv.slice(1)];
  own.execve(execPath, args, { ...Object.fromEntries(kept), ...MEMORY_ENV });
}
