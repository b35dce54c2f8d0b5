package io.mirrorneuron.cli.schedule;

import io.mirrorneuron.cli.ClientOptions;
import io.mirrorneuron.cli.NamedValues;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** Options with values for the inputs that a bundle's manifest declares. */
final class BundleInputOptions {
  @Option(
      names = {"-i", "--input"},
      paramLabel = "NAME=VALUE",
      description = {
        "What its jobs begin with: VALUE is JSON if it is some, else text; @FILE: what is in the"
            + " file. May be given several times."
      })
  List<String> given = new ArrayList<>();

  Map<String, ?> values(ClientOptions command) {
    return new NamedValues(command).of("--input", given);
  }

  boolean areGiven() {
    return !given.isEmpty();
  }
}
