package io.mirrorneuron.blueprint;

import io.mirrorneuron.model.MnException;
import java.nio.file.Path;
import java.util.List;

/** Where the folder of the catalog comes from. Thread-safe. */
public interface CatalogSource extends AutoCloseable {

  /**
   * The folder as it is to be read now. May block while it is fetched for the first time.
   *
   * @throws MnException INTERNAL when there is none; UNAVAILABLE while it is fetched
   */
  Path folder();

  /**
   * Has it looked for changes now, and waits for that; nothing happens where it cannot change by
   * itself.
   *
   * @return why it stays as it was although it may have changed, in sentences; empty when it is up
   *     to date
   * @throws MnException INTERNAL when there is none, UNAVAILABLE while it is fetched
   */
  default List<String> refresh() {
    return List.of();
  }

  @Override
  default void close() {}
}
