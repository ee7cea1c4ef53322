import { bindEngine } from "@foreshock/core";
import { engineContract } from "@foreshock/core/testing";
import { ewmaScorer } from "./ewma-scorer.ts";

engineContract("a guest's engine", () => bindEngine(ewmaScorer()));
