package io.mirrorneuron.store.bundle;

import io.mirrorneuron.config.BundleSettings;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.store.bundle.BundleIndex.Entry;
import io.mirrorneuron.store.bundle.BundleIndex.Place;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bundles of all nodes of a store. Each lies in the folder of every node that uses it and, by its
 * size, also in Redis or in a shared folder; when neither takes it, only the nodes that received it
 * can read it. See ADR 28.
 */
public final class SharedBundles implements BundleStore {
  private final FileBundleStore local;
  private final BundleIndex index;
  private final BundleSettings settings;
  private final SharedFolder folder;
  private final String node;
  private final Supplier<String> names;
  private final Fetches fetches;

  /**
   * @param node name of this node
   * @param names supplies unique names of small letters, digits and hyphens
   */
  public SharedBundles(
      FileBundleStore local,
      BundleIndex index,
      BundleSettings settings,
      String node,
      Supplier<String> names) {
    this.local = local;
    this.index = index;
    this.settings = settings;
    this.folder =
        settings.sharedFolder() == null ? null : new SharedFolder(settings.sharedFolder());
    this.node = node;
    this.names = names;
    this.fetches = new Fetches(local, index, folder);
  }

  @Override
  public String put(Payloads payloads) {
    String fingerprint = local.put(payloads);
    if (fingerprint != null) {
      share(fingerprint);
    }
    return fingerprint;
  }

  @Override
  public String fingerprint(Payloads payloads) {
    return FileBundleStore.fingerprint(payloads);
  }

  @Override
  public Optional<FileDifferences> differences(String stored, Payloads payloads) {
    if (stored != null && !local.has(stored)) {
      return Optional.empty();
    }
    try {
      Map<String, String> before = stored == null ? Map.of() : local.files(stored).digests();
      return Optional.of(FileDifferences.of(before, BundleFiles.of(payloads).digests()));
    } catch (IOException e) {
      throw new UncheckedIOException("payload files could not be read", e);
    }
  }

  @Override
  public Path payloads(String fingerprint) {
    return local.payloads(fingerprint);
  }

  @Override
  public Set<String> paths(Payloads payloads) {
    return FileBundleStore.pathsOf(payloads);
  }

  @Override
  public Optional<String> fetch(String fingerprint) {
    return fetches.fetch(fingerprint);
  }

  public SharedTidying tidying() {
    return new SharedTidying(this, local, index, folder);
  }

  @Override
  public void share(String fingerprint) {
    local.keep(fingerprint);
    Optional<Entry> known = index.keep(fingerprint);
    if (known.filter(entry -> entry.place() != Place.NODE).isPresent()) {
      return;
    }
    try {
      BundleFiles files = local.files(fingerprint);
      long size = files.size();
      if (size > settings.redisMaxBytes() || !toRedis(fingerprint, files, size)) {
        if (folder != null) {
          toFolder(fingerprint, files, size);
        } else {
          index.publish(fingerprint, new Entry(size, Place.NODE, node));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("payload files could not be shared", e);
    }
  }

  /** Publishes this node as the place of files that found no space elsewhere. */
  void announce(String fingerprint) {
    try {
      long size = local.files(fingerprint).size();
      index.publish(fingerprint, new Entry(size, Place.NODE, node));
    } catch (IOException e) {
      throw new UncheckedIOException("payload files could not be read", e);
    }
  }

  /**
   * @return false when there is no space, but a folder that takes the bundle
   */
  private boolean toRedis(String fingerprint, BundleFiles files, long size) throws IOException {
    boolean isSmall = size <= BundleParts.PART;
    while (true) {
      String name = names.get();
      long budget = settings.redisBudgetBytes();
      OptionalLong taken =
          isSmall
              ? index.put(fingerprint, name, files.bytes(), budget)
              : index.reserve(name, size, budget);
      if (taken.isPresent()) {
        if (folder == null) {
          throw noRoom(size, taken.getAsLong());
        }
        return false;
      }
      if (isSmall
          || written(name, files)
              && index.publish(fingerprint, new Entry(size, Place.REDIS, name)).isPresent()) {
        return true;
      } // else the reservation expired
    }
  }

  private boolean written(String name, BundleFiles files) throws IOException {
    try {
      new BundleParts(index, name).write(files);
      return true;
    } catch (BundleParts.DroppedException e) {
      return false;
    }
  }

  private MnException noRoom(long size, long taken) {
    return MnException.storageFull(
        ErrorCode.STORAGE_FULL,
        ("the payload files (%d bytes) find no room in Redis: others take %d of the %d bytes that %s"
                + " allows; raise it, let %s name a folder that the servers share, or wait until"
                + " jobs that have ended are removed with their files")
            .formatted(
                size,
                taken,
                settings.redisBudgetBytes(),
                BundleSettings.BUDGET,
                BundleSettings.FOLDER),
        null);
  }

  private void toFolder(String fingerprint, BundleFiles files, long size) {
    String name = fingerprint + "-" + names.get();
    try {
      folder.write(name, files);
      Optional<Entry> holds = index.publish(fingerprint, new Entry(size, Place.FOLDER, name));
      if (!holds.map(Entry::name).equals(Optional.of(name))) { // another node was faster
        folder.remove(name);
      }
    } catch (IOException e) {
      throw MnException.unavailable(
          "the payload files cannot be written to the folder that "
              + BundleSettings.FOLDER
              + " names: "
              + e,
          e);
    }
  }

  /**
   * Fetches bundles to this node. Concurrent callers wait for the same transfer; after a failure
   * callers must retry later. Blocking, thread-safe.
   */
  private static final class Fetches {
    private static final Logger LOG = LoggerFactory.getLogger(Fetches.class);

    private final FileBundleStore local;
    private final BundleIndex index;
    private final SharedFolder folder;
    private final Map<String, Fetch> missing = new ConcurrentHashMap<>();

    Fetches(FileBundleStore local, BundleIndex index, SharedFolder folder) {
      this.local = local;
      this.index = index;
      this.folder = folder;
    }

    /** State of one absent bundle; kept until it is here. */
    private static final class Fetch {
      final ReentrantLock lock = new ReentrantLock();

      /** Last failure; null before the first attempt. */
      String reported;
    }

    Optional<String> fetch(String fingerprint) {
      if (local.has(fingerprint)) {
        return Optional.empty();
      }
      Fetch fetch = missing.computeIfAbsent(fingerprint, name -> new Fetch());
      fetch.lock.lock();
      try {
        Optional<String> why =
            local.has(fingerprint) ? Optional.empty() : brought(fingerprint, fetch);
        if (why.isEmpty()) {
          missing.remove(fingerprint, fetch);
        }
        return why;
      } finally {
        fetch.lock.unlock();
      }
    }

    private Optional<String> brought(String fingerprint, Fetch fetch) {
      Optional<String> why;
      try {
        why = bring(fingerprint);
      } catch (MnException e) { // Redis is away
        why = Optional.of(e.getMessage());
      } catch (IOException e) {
        why =
            Optional.of(
                "payload files "
                    + fingerprint
                    + " cannot be brought to this node: "
                    + e.getMessage());
      }
      why.filter(text -> !text.equals(fetch.reported)).ifPresent(LOG::warn);
      fetch.reported = why.orElse(null);
      return why;
    }

    private Optional<String> bring(String fingerprint) throws IOException {
      Optional<Entry> known = index.keep(fingerprint);
      if (known.isEmpty()) {
        return Optional.of(
            "payload files %s are not in the store: they come with a start of the server that took the job in, or when the same bundle is submitted again"
                .formatted(fingerprint));
      }
      Entry entry = known.get();
      switch (entry.place()) {
        case REDIS -> {
          try (InputStream bytes = new BundleParts(index, entry.name()).read()) {
            local.receive(fingerprint, bytes);
          }
        }
        case FOLDER -> {
          if (folder == null) {
            return Optional.of(
                "payload files %s are in a folder that other servers share; %s does not name it here"
                    .formatted(fingerprint, BundleSettings.FOLDER));
          }
          try (InputStream bytes = folder.read(entry.name())) {
            local.receive(fingerprint, bytes);
          }
        }
        case NODE -> {
          return Optional.of(
              "payload files %s (%d bytes) are on node %s alone; they are shared when it starts with a larger %s, or with %s"
                  .formatted(
                      fingerprint,
                      entry.bytes(),
                      entry.name().replace(" ", " and "),
                      BundleSettings.MAX,
                      BundleSettings.FOLDER));
        }
      }
      LOG.info("brought the payload files {} ({} bytes) to this node", fingerprint, entry.bytes());
      return Optional.empty();
    }
  }

  /**
   * Transfers a bundle's bytes to or from the store in parts: neither side holds more than one of
   * them.
   */
  private static final class BundleParts {
    /** Small enough for a slow network within the timeout of the store. */
    static final int PART = 1 << 20;

    private final BundleIndex index;
    private final String name;

    BundleParts(BundleIndex index, String name) {
      this.index = index;
      this.name = name;
    }

    /** Thrown by {@link #write} when the store has dropped the written parts. */
    static final class DroppedException extends IOException {
      private static final long serialVersionUID = 1L;
    }

    void write(BundleFiles files) throws IOException {
      Writer writer = new Writer();
      files.writeTo(writer);
      writer.close();
    }

    private final class Writer extends OutputStream {
      private final ByteArrayOutputStream part = new ByteArrayOutputStream(PART);
      private int number;

      @Override
      public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int from, int length) throws IOException {
        int done = 0;
        while (done < length) {
          int some = Math.min(length - done, PART - part.size());
          part.write(bytes, from + done, some);
          done += some;
          if (part.size() == PART) {
            send();
          }
        }
      }

      private void send() throws IOException {
        if (!index.write(name, number++, part.toByteArray())) {
          throw new DroppedException();
        }
        part.reset();
      }

      @Override
      public void close() throws IOException {
        if (part.size() > 0) {
          send();
        }
      }
    }

    /** All bytes; a missing part ends the stream early. */
    InputStream read() {
      return new SequenceInputStream(
          new Enumeration<>() {
            private int number;
            private Optional<byte[]> next = Optional.ofNullable(index.read(name, 0));

            @Override
            public boolean hasMoreElements() {
              return next.isPresent();
            }

            @Override
            public InputStream nextElement() {
              byte[] part = next.orElseThrow();
              next = Optional.ofNullable(index.read(name, ++number));
              return new ByteArrayInputStream(part);
            }
          });
    }
  }
}
