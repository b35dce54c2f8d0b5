package io.mirrorneuron.launch;

import io.mirrorneuron.launch.hook.RunHooks;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.ModelsPort;
import java.time.Clock;
import java.time.Duration;

/** What launches work with. */
record LaunchPorts(
    LaunchSources sources,
    JobsPort jobs,
    ModelsPort models,
    RunHooks hooks,
    LaunchStore store,
    Clock clock,
    Patience patience) {

  /** How a launch waits. */
  interface Patience {
    /**
     * Waits.
     *
     * @return false when the server ends instead, and so the launch stops where it is
     */
    boolean await(Duration time);

    /** Whether the server ends. */
    boolean isOver();
  }
}
