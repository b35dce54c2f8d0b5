package io.mirrorneuron.runtime.cluster;

import io.mirrorneuron.runtime.cluster.Hardware.Gpu;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** A vendor's tool and how to read it. Asked by one thread at a time. */
interface GpuTool {

  /** The name of the program. */
  String program();

  /** How long an answer holds at least. */
  Duration keep();

  /**
   * @throws IOException when it fails, or says what nobody understands; the message is for people
   */
  List<Gpu> ask(ToolRun run) throws IOException, InterruptedException;

  /** Starts the program. */
  interface ToolRun {
    /**
     * What it printed.
     *
     * @throws IOException when it fails or takes too long
     */
    String output(String... arguments) throws IOException, InterruptedException;
  }
}
