package io.mirrorneuron.blueprint;

import io.mirrorneuron.model.MnException;
import java.nio.file.Path;

/** Where the folder of the catalog comes from. Thread-safe. */
public interface CatalogSource extends AutoCloseable {

  /**
   * The folder as it is to be read now. May block while it is fetched for the first time.
   *
   * @throws MnException INTERNAL when there is none; UNAVAILABLE while it is fetched
   */
  Path folder();

  @Override
  default void close() {}
}
