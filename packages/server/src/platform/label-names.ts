/** Names that are tried for one of them. */
export const LABEL_NAMES_MAX = 32;

/** Which labels of remote write name the cluster and the node; the first that is there wins. */
export interface LabelNames {
  readonly cluster: readonly string[];
  readonly node: readonly string[];
  /** Whether `10.0.0.7:9100` becomes the node `10.0.0.7`. */
  readonly stripPort: boolean;
}
