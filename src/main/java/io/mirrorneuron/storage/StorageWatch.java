package io.mirrorneuron.storage;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Checks the disks each second, and whether the store answers and, after a refused write, writes
 * again. One thread; a hanging disk or store blocks only this thread.
 */
public final class StorageWatch implements Readiness, AutoCloseable {
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  /** A store that takes longer does not answer. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Storage storage;
  private final Semaphore wakes = new Semaphore(0);
  private final Thread thread;
  private volatile StoreProbe store;
  private volatile boolean answers = true;
  private volatile boolean closed;

  private StorageWatch(Storage storage) {
    this.storage = storage;
    this.thread = Thread.ofPlatform().daemon().name("mn-storage-watch").unstarted(this::work);
  }

  /** Starts the watch; returns after a first check of the disks. */
  public static StorageWatch start(Storage storage) {
    StorageWatch watch = new StorageWatch(storage);
    storage.look();
    storage.onRefusal(watch.wakes::release);
    watch.thread.start();
    return watch;
  }

  /** Asks this store, too, from now on. */
  public void asks(StoreProbe probe) {
    store = probe;
  }

  /** Cheap; whether calls can be expected to work now. */
  public boolean isReady() {
    return storage.trouble().isEmpty() && storeAnswers();
  }

  /** From memory: as old as the last check, at most a second plus the store's timeout. */
  @Override
  public CompletionStage<List<Dependency>> dependencies() {
    List<Dependency> all = new ArrayList<>();
    all.add(new Dependency("disk", storage.fullDisks()));
    if (store != null) {
      List<String> redis = new ArrayList<>(storage.refusals());
      if (!storeAnswers()) {
        redis.add(store.silence());
      }
      all.add(new Dependency("redis", redis));
    }
    return CompletableFuture.completedStage(all);
  }

  /** Cheap; whether the store takes writes, as far as is known. */
  public boolean storeWrites() {
    return storeAnswers() && !storage.redisRefuses();
  }

  /** Cheap; whether the store answers, as far as is known. */
  public boolean storeAnswers() {
    StoreProbe asked = store;
    return asked == null || (answers && asked.isConnected());
  }

  private void work() {
    try {
      while (!closed) {
        storage.look();
        ask();
        wakes.tryAcquire(INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        wakes.drainPermits();
      }
    } catch (InterruptedException e) {
      return; // closed
    }
  }

  private void ask() throws InterruptedException {
    StoreProbe asked = store;
    if (asked == null) {
      return;
    }
    answers = isDone(asked.answers());
    if (answers && storage.redisRefuses() && isDone(asked.writes())) {
      storage.redisWrites();
    }
  }

  private static boolean isDone(CompletionStage<?> stage) throws InterruptedException {
    try {
      stage.toCompletableFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }

  /**
   * A folder that this server requires.
   *
   * @param what it is, for people: {@code the home folder}
   * @param setting that moves it elsewhere
   */
  public record WatchedFolder(String what, String setting, Path folder) {
    public WatchedFolder {
      folder = folder.toAbsolutePath().normalize();
    }

    boolean holds(Path file) {
      return file.startsWith(folder);
    }
  }

  /** Port: checks the store of jobs. */
  public interface StoreProbe {
    /** Whether there is a connection, as far as is known without asking. */
    boolean isConnected();

    /** Completes when the store answers at all. */
    CompletionStage<?> answers();

    /** What it means when it does not answer. */
    default String silence() {
      return "Redis does not answer";
    }

    /** Completes when the store has made a trial write. */
    CompletionStage<?> writes();
  }
}
