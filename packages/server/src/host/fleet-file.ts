import { join } from "node:path";

/** The first host goes on with the one file that versions before hosts had. */
export function fleetFile(dataDir: string, client: number): string {
  return join(dataDir, client === 1 ? "fleet.db" : `fleet-${client - 1}.db`);
}
