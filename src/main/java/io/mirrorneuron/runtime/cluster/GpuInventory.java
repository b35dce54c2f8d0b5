package io.mirrorneuron.runtime.cluster;

import java.util.List;

/** Port: the GPUs of this machine. Thread-safe. */
public interface GpuInventory {

  /** As far as is known now; does not wait. */
  List<Hardware.Gpu> known();

  /** As {@link #known}, but waits for the first answer of whoever knows. */
  List<Hardware.Gpu> whenKnown();

  /** What keeps cards that may be there from being known; a short sentence each, for people. */
  default List<String> problems() {
    return List.of();
  }

  /** Of a machine with these, for good. */
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
