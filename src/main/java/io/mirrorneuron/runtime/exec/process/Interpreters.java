package io.mirrorneuron.runtime.exec.process;

import io.mirrorneuron.runtime.exec.spawn.SearchPath;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the Python that a manifest names. Bundles name the Python of their author; where that is
 * not installed, a substitute is used, which is logged once per name. Thread-safe.
 */
public final class Interpreters {
  private static final Logger LOG = LoggerFactory.getLogger(Interpreters.class);
  private static final Pattern PYTHON = Pattern.compile("python(3(\\.\\d+)?)?");

  private final String standIn;
  private final Set<String> missing = ConcurrentHashMap.newKeySet();

  /**
   * @param standIn name or absolute path of the substitute; empty for none
   */
  public Interpreters(String standIn) {
    this.standIn = standIn;
  }

  public static boolean isPython(String name) {
    return PYTHON.matcher(name).matches();
  }

  /** The program of that name, or the substitute for a Python that is not installed. */
  public Optional<Path> find(String name, SearchPath path) {
    Optional<Path> exact = path.find(name);
    if (exact.isPresent() || standIn.isEmpty() || !isPython(name)) {
      return exact;
    }
    Optional<Path> other =
        standIn.startsWith("/") ? Optional.of(Path.of(standIn)) : path.find(standIn);
    if (other.isPresent() && missing.add(name)) {
      LOG.warn("{} is not installed here: {} runs its steps (executor.python)", name, other.get());
    }
    return other;
  }
}
