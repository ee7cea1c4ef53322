import { engineContract } from "../engine/contract.ts";
import { createStreamEngine } from "./stream-engine.ts";

engineContract("stream", () => createStreamEngine());
