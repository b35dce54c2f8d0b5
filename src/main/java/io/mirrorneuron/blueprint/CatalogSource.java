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
   * Looks for changes now and waits for the result; does nothing where the folder cannot change by
   * itself.
   *
   * @return why it stays unchanged although it may be outdated, in sentences; empty when it is up
   *     to date
   * @throws MnException INTERNAL when there is none, UNAVAILABLE while it is fetched
   */
  default List<String> refresh() {
    return List.of();
  }

  @Override
  default void close() {}
}
