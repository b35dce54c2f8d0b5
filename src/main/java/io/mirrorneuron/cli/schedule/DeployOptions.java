package io.mirrorneuron.cli.schedule;

import io.mirrorneuron.Bundle;
import io.mirrorneuron.cli.BundleReport;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.port.schedule.NewDeployment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What is to be deployed, in options. */
final class DeployOptions {
  private static final List<String> STRATEGIES = List.of("rolling", "canary", "blue-green");

  @Parameters(paramLabel = "BUNDLE", description = "A folder, a zip or a manifest on its own.")
  String bundle;

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description = "Under which it is deployed; else what the manifest says.")
  String key;

  @Option(
      names = "--strategy",
      paramLabel = "STRATEGY",
      description = "rolling, canary or blue-green; else what the manifest says.")
  String strategy;

  @Option(
      names = "--canary",
      paramLabel = "N",
      description = "So many agents change first with --strategy canary.")
  Integer canary;

  @Option(
      names = "--max-parallel",
      paramLabel = "N",
      description = "So many agents change at a time; 1 unless said.")
  Integer maxParallel;

  @Option(names = "--auto-promote", description = "Go on after a canary without being asked.")
  boolean autoPromote;

  @Option(names = "--auto-revert", description = "Go back when it does not become healthy.")
  boolean autoRevert;

  @Option(
      names = "--policy-json",
      paramLabel = "JSON",
      description =
          "Members that go before policies.update of the manifest, as an object; options replace"
              + " them.")
  String policy;

  private Map<String, Object> policy(Client client) {
    Map<String, Object> members = new LinkedHashMap<>();
    if (policy != null) {
      members.putAll(ScheduleSpec.object(client, "--policy-json", policy));
    }
    if (strategy != null) {
      ScheduleSpec.requireOneOf(client, "--strategy", strategy, STRATEGIES);
      members.put("strategy", strategy);
    }
    if (canary != null) {
      members.put("canary", canary);
    }
    if (maxParallel != null) {
      members.put("max_parallel", maxParallel);
    }
    if (autoPromote) {
      members.put("auto_promote", true);
    }
    if (autoRevert) {
      members.put("auto_revert", true);
    }
    return members;
  }

  /** Does with what is to be deployed what needs its bundle. */
  <T> T with(Client client, Function<NewDeployment, T> work) {
    Map<String, Object> members = policy(client);
    try (Bundle opened = BundleReport.open(bundle)) {
      return work.apply(
          new NewDeployment(opened.submission(), key == null ? "" : key, members, false));
    }
  }
}
