package io.mirrorneuron.bench;

import java.util.Arrays;

/** Measured values in ascending order. */
record Series(double[] sorted) {
  Series {
    sorted = sorted.clone();
    Arrays.sort(sorted);
  }

  double median() {
    return quantile(0.5);
  }

  /**
   * @param share between 0 and 1
   */
  double quantile(double share) {
    return sorted[(int) Math.min(sorted.length - 1L, Math.round(share * (sorted.length - 1)))];
  }
}
