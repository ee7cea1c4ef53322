/**
 * Buffer length of VUS by the rule of TSB-AD: the lag (3 to 303) of the highest local maximum of the
 * autocorrelation over the first 20,000 points; 125 where there is none in range. Missing points are
 * interpolated. Cost: 400 multiplications a point.
 */
export declare function tsbWindow(values: Float64Array): number;
