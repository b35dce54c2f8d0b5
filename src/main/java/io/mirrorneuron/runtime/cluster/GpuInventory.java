package io.mirrorneuron.runtime.cluster;

import java.util.List;

/** Port: the GPUs of this machine. Thread-safe. */
public interface GpuInventory {

  /** Known now; does not wait. */
  List<Hardware.Gpu> known();

  /** As {@link #known}, but waits for the first answer of the source. */
  List<Hardware.Gpu> whenKnown();

  /** Why some cards may be unknown; a short sentence each, for people. */
  default List<String> problems() {
    return List.of();
  }

  /** A fixed inventory. */
  static GpuInventory of(List<Hardware.Gpu> gpus) {
    return new GpuInventory() {
      @Override
      public List<Hardware.Gpu> known() {
        return gpus;
      }

      @Override
      public List<Hardware.Gpu> whenKnown() {
        return gpus;
      }
    };
  }
}
