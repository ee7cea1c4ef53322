import { z } from "zod";
import { LABEL_NAMES_MAX } from "../../platform/label-names.ts";
import { LABEL_NAME_BYTES_MAX } from "../../platform/place-name.ts";

const names = z.array(z.string().min(1).max(LABEL_NAME_BYTES_MAX)).min(1).max(LABEL_NAMES_MAX);

/** Which labels of remote write name the cluster and the node. */
export const LabelMapping = z
  .strictObject({
    cluster: names.describe("Labels that name the cluster; of those that a series has the first"),
    node: names.describe("Labels that name the node; of those that a series has the first"),
    stripPort: z.boolean().describe("Whether 10.0.0.7:9100 becomes the node 10.0.0.7"),
  })
  .meta({ id: "LabelMapping" });

/** What is left out stays as it is. */
export const LabelMappingChange = LabelMapping.partial().meta({ id: "LabelMappingChange" });
