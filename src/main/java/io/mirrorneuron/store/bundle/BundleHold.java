package io.mirrorneuron.store.bundle;

import java.util.concurrent.atomic.AtomicBoolean;

/** Keeps an uploaded bundle until it is closed. Thread-safe. */
public final class BundleHold implements AutoCloseable {
  private final Runnable used;
  private final Runnable letGo;
  private final AtomicBoolean open = new AtomicBoolean(true);

  /**
   * @param used called when its files were copied
   * @param letGo called once
   */
  public BundleHold(Runnable used, Runnable letGo) {
    this.used = used;
    this.letGo = letGo;
  }

  /** Of a bundle that nobody uploaded: nothing happens. */
  public static BundleHold none() {
    return new BundleHold(() -> {}, () -> {});
  }

  /** Whoever holds it has a copy: once it is let go, others may have its place in the quota. */
  public void used() {
    used.run();
  }

  @Override
  public void close() {
    if (open.getAndSet(false)) {
      letGo.run();
    }
  }
}
