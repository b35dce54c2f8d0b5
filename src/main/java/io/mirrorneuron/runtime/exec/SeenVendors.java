package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.runtime.exec.pool.Stock;
import io.mirrorneuron.runtime.workflow.NodeDevice;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Vendors whose cards this machine has had since the server started. A tool that fails for a while
 * takes its cards away from those who ask, and must not open them to those who do not. Thread-safe.
 */
final class SeenVendors implements Supplier<Set<String>> {
  private final Supplier<Stock> stock;
  private final Set<String> seen = ConcurrentHashMap.newKeySet();

  SeenVendors(Supplier<Stock> stock) {
    this.stock = stock;
  }

  @Override
  public Set<String> get() {
    for (NodeDevice device : stock.get().devices()) {
      seen.add(device.device().vendor());
    }
    return seen.isEmpty() ? Set.of() : Set.copyOf(seen);
  }
}
