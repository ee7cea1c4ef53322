/** What cluster and node are called where neither the file nor the caller says. */
export const DEFAULT_CLUSTER = "default";
export const DEFAULT_NODE = "node";
