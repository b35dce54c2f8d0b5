package io.mirrorneuron.launch.hook;

import java.nio.file.Path;
import java.util.List;

/**
 * Port: hooks that have begun, each with a copy of its bundle. What a call has written is there
 * after the server was killed. Blocking and thread-safe; failures are {@link
 * io.mirrorneuron.model.MnException}.
 */
public interface HookStore {

  /**
   * Copies the bundle and then writes the record, in place of what was there of the run.
   *
   * @param bundle its folder; links in it stay links
   * @throws io.mirrorneuron.model.MnException TOO_LARGE, STORAGE_FULL, UNAVAILABLE
   */
  void begin(HookRecord record, Path bundle);

  /** Where the copy of the bundle is. */
  Path bundle(String runId);

  /** Replaces the record. */
  void write(HookRecord record);

  /** Removes the record, and then the copy. */
  void remove(String runId);

  /** All records. What was left half made is removed. */
  List<HookRecord> all();
}
