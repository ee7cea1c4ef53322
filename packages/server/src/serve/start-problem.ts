/** Why a server cannot start, and what to do about it. */
export class StartProblem extends Error {
  override readonly name = "StartProblem";
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** What an error of binding the port means; any other error is passed through. */
export function portProblem(error: unknown, host: string, port: number): unknown {
  const at = `port ${port} on ${host}`;
  switch ((error as NodeJS.ErrnoException).code) {
    case "EADDRINUSE":
      return new StartProblem(
        `${at} is in use by another program`,
        "stop that program, or choose another port with --port or FORESHOCK_PORT",
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new StartProblem(
        `${host} is not an address of this machine`,
        "give one of this machine's own with --host or FORESHOCK_HOST; 0.0.0.0 is all of them",
      );
    case "EACCES":
      return new StartProblem(
        `${at} may not be used by this user`,
        "choose a port above 1023 with --port or FORESHOCK_PORT, or grant the right to it",
      );
    default:
      return error;
  }
}
