/** What the system's codes mean to a person, with what can be done about it. */
const MEANING: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  EACCES: ["there is no right to use it", "change its mode, or run as somebody who may"],
  EPERM: ["the system does not allow it", "check its owner, mode and attributes"],
  EROFS: ["it is on a disk that is mounted read-only", "name a place that can be written"],
  ENOENT: ["there is no such file or folder", "check the path"],
  ENOTDIR: ["a part of its path is a file, not a folder", "check the path"],
  EISDIR: ["it is a folder", "name a file"],
  ENOTEMPTY: ["it is a folder", "name a file"],
  ELOOP: ["its links lead in a circle", "name the file itself"],
  ENAMETOOLONG: ["its name is too long", "check the path"],
  ENXIO: ["it is a socket, or a device that is not there", "name a file, or pipe it in with -"],
  ENOSPC: ["the disk is full", "make room, or name another place"],
  EDQUOT: ["the quota of the disk is used up", "make room, or name another place"],
  EFBIG: ["it grows larger than the system allows", "name another place"],
  EIO: ["the disk reports an error", "the file may be damaged: see the system's log"],
  EMFILE: ["too many files are open", "raise the limit of open files (ulimit -n)"],
};

/** A failure of the file system in plain words, naming the file; undefined for any other error. */
export function fileErrorText(error: unknown): { message: string; hint: string } | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code = "", path, dest } = error as NodeJS.ErrnoException & { readonly dest?: string };
  const meaning = MEANING[code];
  if (meaning === undefined) return undefined;
  const file = dest ?? path;
  const [what, remedy] = meaning;
  return { message: file === undefined ? what : `${file}: ${what}`, hint: remedy };
}
