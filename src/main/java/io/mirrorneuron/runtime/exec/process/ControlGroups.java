package io.mirrorneuron.runtime.exec.process;

import io.mirrorneuron.runtime.exec.process.ProcessLimits.ExceededLimit;
import io.mirrorneuron.runtime.workflow.AgentSettings.ProgramLimit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Port: groups of processes whose common limits the kernel enforces. Thread-safe. */
public interface ControlGroups {
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

  /** The limits that groups enforce here; empty without groups. */
  Set<ProgramLimit> kept();

  /**
   * Makes an empty group.
   *
   * @param limits of {@link #kept}
   */
  Group make(Map<ProgramLimit, Long> limits) throws IOException;

  interface Group extends AutoCloseable {
    /** A process enters the group by writing its id to this file. */
    Path entrance();

    /**
     * The limit that made the program fail, or empty.
     *
     * @param exitCode of the failed program
     */
    Optional<ExceededLimit> excess(int exitCode);

    /** Kills the processes in it and removes it. */
    @Override
    void close();
  }
}
