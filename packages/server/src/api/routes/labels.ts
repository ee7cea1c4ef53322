import { z } from "zod";
import type { LabelNames } from "../../platform/label-names.ts";
import { LabelMapping, LabelMappingChange } from "../../wire/schema/labels.ts";
import { accessOf } from "../access.ts";
import { tenantQuery } from "./place-query.ts";
import { PROBLEMS, type Routes, readRoute, type Tag } from "./route.ts";

/** Where it is kept which labels name the cluster and the node of a tenant's series. */
export interface LabelMappings {
  of(tenantId: string): LabelNames;
  /** Returns what applies from now on. */
  change(tenantId: string, patch: Partial<LabelNames>): LabelNames;
}

/** GET and PUT /labels: how the labels of remote write name cluster and node. Kept series keep their names. */
export function labelRoutes(labels: LabelMappings): Routes {
  return async (app) => {
    app.get(
      "/labels",
      readRoute("Which labels of remote write name the cluster and the node", {
        tag: "settings",
        querystring: z.strictObject(tenantQuery),
        reply: LabelMapping,
      }),
      async (request) => shown(labels.of(accessOf(request).tenantId)),
    );
    const schema = {
      summary: "Change which labels of remote write name the cluster and the node",
      tags: ["settings" satisfies Tag],
      security: [{ key: [] }],
      querystring: z.strictObject(tenantQuery),
      body: LabelMappingChange,
      response: { 200: LabelMapping, ...PROBLEMS },
    };
    app.put("/labels", { schema, config: { need: "manage" as const } }, async (request) => {
      const { cluster, node, stripPort } = request.body;
      return shown(
        labels.change(accessOf(request).tenantId, {
          ...(cluster === undefined ? {} : { cluster }),
          ...(node === undefined ? {} : { node }),
          ...(stripPort === undefined ? {} : { stripPort }),
        }),
      );
    });
  };
}

function shown({ cluster, node, stripPort }: LabelNames) {
  return { cluster: [...cluster], node: [...node], stripPort };
}
