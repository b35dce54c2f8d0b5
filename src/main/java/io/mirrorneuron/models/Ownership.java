package io.mirrorneuron.models;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.models.ModelCatalog.ModelName;
import io.mirrorneuron.port.ModelsPort.ModelOwner;
import io.mirrorneuron.server.SecretFile;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ledger of model owners: a file that is replaced as a whole, by one writer at a time, also
 * across processes. An unreadable file counts as empty, and the next write puts it aside.
 * Thread-safe.
 */
final class Ownership {
  private static final Logger LOG = LoggerFactory.getLogger(Ownership.class);
  static final Owners NOBODY = new Owners(List.of(), false);

  private final Path file;
  private final ReentrantLock writing = new ReentrantLock();

  /**
   * Who needs a model.
   *
   * @param blueprints their ids, sorted
   */
  record Owners(List<String> blueprints, boolean manual) {
    boolean areNone() {
      return blueprints.isEmpty() && !manual;
    }

    int count() {
      return blueprints.size() + (manual ? 1 : 0);
    }

    Owners with(ModelOwner owner) {
      TreeSet<String> all = new TreeSet<>(blueprints);
      if (owner.blueprint() != null) {
        all.add(owner.blueprint());
      }
      return new Owners(List.copyOf(all), manual || owner.blueprint() == null);
    }

    private Owners without(ModelOwner owner) {
      boolean byHand = owner.blueprint() == null;
      return new Owners(
          blueprints.stream().filter(one -> !one.equals(owner.blueprint())).toList(),
          manual && !byHand);
    }
  }

  private record Ledger(int version, Map<String, Owners> models) {}

  Ownership(Path file) {
    this.file = file;
  }

  /** Owners by the key of their model. */
  Map<String, Owners> all() {
    try {
      return Files.exists(file) ? read() : Map.of();
    } catch (IOException e) {
      LOG.warn("the ledger of models {} cannot be read: {}", file, e.getMessage());
      return Map.of();
    }
  }

  Owners of(String model) {
    return all().getOrDefault(ModelName.key(model), NOBODY);
  }

  void add(String model, ModelOwner owner) {
    String key = ModelName.key(model);
    change(all -> replaced(all, key, all.getOrDefault(key, NOBODY).with(owner)));
  }

  /** The owner needs no model any more. */
  void release(ModelOwner owner) {
    change(
        all -> {
          Map<String, Owners> left = new TreeMap<>();
          all.forEach((key, owners) -> left.put(key, owners.without(owner)));
          return left;
        });
  }

  /** The model is gone. */
  void drop(String model) {
    change(all -> replaced(all, ModelName.key(model), NOBODY));
  }

  private static Map<String, Owners> replaced(Map<String, Owners> all, String key, Owners owners) {
    Map<String, Owners> next = new LinkedHashMap<>(all);
    next.put(key, owners);
    return next;
  }

  private Map<String, Owners> read() throws IOException {
    Ledger ledger = LenientJson.read(Json.parse(Files.readString(file)), Ledger.class);
    return ledger.models();
  }

  private void change(UnaryOperator<Map<String, Owners>> change) {
    writing.lock();
    try {
      Files.createDirectories(file.getParent());
      Path lock = file.resolveSibling(file.getFileName() + ".lock");
      try (FileChannel channel =
              FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          var _ = channel.lock()) {
        Map<String, Owners> next = new TreeMap<>(change.apply(present()));
        next.values().removeIf(Owners::areNone);
        SecretFile.write(file, Json.write(new Ledger(1, next)) + "\n");
      }
    } catch (IOException e) {
      throw MnException.unavailable(
          "the ledger of models " + file + " cannot be written: " + e.getMessage(), e);
    } finally {
      writing.unlock();
    }
  }

  private Map<String, Owners> present() throws IOException {
    if (!Files.exists(file)) {
      return Map.of();
    }
    try {
      return read();
    } catch (JsonProcessingException e) {
      Path aside = file.resolveSibling(file.getFileName() + ".damaged");
      Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
      LOG.warn("the ledger of models {} is not JSON; it is now {}", file, aside);
      return Map.of();
    }
  }
}
