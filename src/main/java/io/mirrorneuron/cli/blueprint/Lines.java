package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RunsClient;

/**
 * Lines written by programs: unchanged for programs, with control characters made harmless at a
 * terminal.
 */
final class Lines {
  private Lines() {}

  static void print(RunsClient client, String line) {
    client.output().line(client.screen().interactive() ? Output.harmless(line) : line);
  }
}
