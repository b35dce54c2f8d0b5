package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RunsClient;

/** Lines of what programs wrote: as they are for a program, harmless where a person looks on. */
final class Lines {
  private Lines() {}

  static void print(RunsClient client, String line) {
    client.output().line(client.screen().interactive() ? Output.harmless(line) : line);
  }
}
