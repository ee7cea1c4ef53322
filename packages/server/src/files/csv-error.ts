const SHOWN_CHARS_MAX = 40;

/** A text of the file as a message may show it. */
export function shown(text: string): string {
  return text.length > SHOWN_CHARS_MAX ? `${text.slice(0, SHOWN_CHARS_MAX)}...` : text;
}

/**
 * A CSV that cannot be read as it stands. The message names file, line and remedy:
 * `data.csv:17: 3 columns, the header has 4: add the missing value or an empty field`.
 */
export class CsvError extends Error {
  readonly file: string;
  /** Counted from 1 as an editor does; 0 where the whole file is meant. */
  readonly line: number;
  readonly problem: string;
  readonly remedy: string;

  constructor(file: string, line: number, problem: string, remedy: string) {
    super(`${line > 0 ? `${file}:${line}` : file}: ${problem}: ${remedy}`);
    this.name = "CsvError";
    this.file = file;
    this.line = line;
    this.problem = problem;
    this.remedy = remedy;
  }
}
