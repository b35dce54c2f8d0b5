package io.mirrorneuron.runtime.exec.process;

import io.mirrorneuron.runtime.exec.process.ProcessLimits.Excess;
import io.mirrorneuron.runtime.workflow.AgentSettings.ProgramLimit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Port: groups of processes that the kernel keeps to limits together. Thread-safe. */
public interface ControlGroups {
  /** Where there are none. */
  ControlGroups NONE =
      new ControlGroups() {
        @Override
        public Set<ProgramLimit> kept() {
          return Set.of();
        }

        @Override
        public Group make(Map<ProgramLimit, Long> limits) {
          throw new UnsupportedOperationException("no control groups");
        }
      };

  /** Which limits groups keep here; empty where there are no groups. */
  Set<ProgramLimit> kept();

  /**
   * Makes a group without processes.
   *
   * @param limits of {@link #kept}
   */
  Group make(Map<ProgramLimit, Long> limits) throws IOException;

  /** A group for one program. */
  interface Group extends AutoCloseable {
    /** The file to which a process writes its id to be in the group. */
    Path entrance();

    /**
     * What the program was refused, or ended for.
     *
     * @param exitCode of the program, which failed
     */
    Optional<Excess> excess(int exitCode);

    /** Ends what is in it, and removes it. */
    @Override
    void close();
  }
}
