import { type Logger, pino, stdSerializers } from "pino";
import { harmlessJson } from "./hidden-characters.ts";

export type LogLevel = "silent" | "error" | "warn" | "info" | "debug";

/** Where operators read what happens: an object and a fixed sentence per line. */
export type Log = Pick<Logger, "debug" | "info" | "warn" | "error" | "fatal">;

/** Our tokens, wherever they are in a text; eight characters are a key's public name. */
const TOKEN = /fsk_(ing|ro|mgt|opr)_[0-9A-Za-z]{9,}/g;

/**
 * A text that may be logged: tokens cut down to their public name (prefix and 8 characters).
 */
export function withoutTokens(text: string): string {
  return text.replace(TOKEN, (token) => {
    const prefix = token.slice(0, token.indexOf("_", 4) + 1);
    return `${token.slice(0, prefix.length + 8)}...`;
  });
}

/**
 * The server's log: JSON lines, an object and a fixed sentence each. Tokens never reach it, however
 * they come: as a header, in an address, inside an error's message or any other field.
 *
 * @param destination where lines go; standard output when not given.
 */
export function createLog(level: LogLevel, destination?: { write(line: string): void }): Logger {
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: stdSerializers.err },
    redact: {
      paths: ["authorization", "key", "token", "*.authorization", "*.key", "*.token"],
      censor: "[secret]",
    },
    // The last gate: the finished line, in which a token or what a terminal obeys may be anywhere.
    hooks: { streamWrite: (line: string) => harmlessJson(withoutTokens(line)) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
