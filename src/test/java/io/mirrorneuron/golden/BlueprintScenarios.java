package io.mirrorneuron.golden;

/** The catalog, and launches from it, that comes with the program. */
final class BlueprintScenarios {
  private static final String ID = "word-count";
  private static final String WRONG =
      "{\"inputs\":{\"most\":0,\"texs\":[]},\"run_id\":\"wrong\",\"progress_id\":\"p-wrong\"}";

  private final GoldenServer golden;

  BlueprintScenarios(GoldenServer golden) {
    this.golden = golden;
  }

  void look() {
    golden.call("listBlueprints").keep("");
    golden.call("listBlueprints", "category", "Writing, no such").keep("category");
    golden.call("getBlueprint", "blueprint_id", "story-desk").keep("");
    golden.call("getBlueprint", "blueprint_id", "no-such").keep("unknown");
    golden.call("getBlueprint", "blueprint_id", "no such").keep("bad-id");
    golden.call("updateBlueprints").keep("");
    golden.call("installBlueprint", "blueprint_id", ID).keep("");
    golden.call("uninstallBlueprint", "blueprint_id", ID).keep("");
    golden.call("validateBlueprint", "blueprint_id", ID).body("{}").keep("");
    golden.call("validateBlueprint", "blueprint_id", ID).body(WRONG).keep("wrong");
    golden.call("validateLaunch").body(launch("")).keep("");
    golden.call("validateLaunch").body("{\"source\":\"moon\"}").keep("source");
  }

  /** Makes schedules, whose rows other scenarios are not to see. */
  void schedule() {
    String later = ",\"schedule\":{\"run_at\":\"2099-01-01T00:00:00Z\"}";
    golden.call("scheduleLaunch").body(launch(later)).keep("");
    golden
        .call("scheduleLaunch")
        .body(launch(later + ",\"run_id\":\"r\",\"progress_id\":\"p\",\"folow\":1"))
        .keep("of-no-use");
    golden.call("scheduleLaunch").body(launch(later + ",\"inputs\":{\"most\":0}")).keep("wrong");
    golden.call("scheduleLaunch").body(launch("")).keep("no-time");
  }

  /** Makes jobs, whose rows other scenarios are not to see. */
  void launch() {
    String named = "{\"run_id\":\"counted\",\"progress_id\":\"p-1\"}";
    golden.call("launchBlueprint", "blueprint_id", ID).body(named).keep("");
    golden
        .call("launchBlueprint", "blueprint_id", ID)
        .body(named.replace("p-1", "p-4"))
        .keep("run-in-use");
    golden.call("launchBlueprint", "blueprint_id", ID).body(WRONG).keep("wrong");
    golden.call("launchBlueprint", "blueprint_id", "no-such").body("{}").keep("unknown");
    golden.call("getLaunchProgress", "progress_id", "p-1").keep("");
    golden.call("getLaunchProgress", "progress_id", "p-none").keep("none");
    golden
        .call("launch")
        .body(launch(",\"run_id\":\"counted-2\",\"progress_id\":\"p-2\""))
        .keep("");
    golden.call("streamLaunchProgress", "progress_id", "p-2").accept("application/json").keep("");
    golden.call("streamLaunchProgress", "progress_id", "p-2").accept(Looks.EVENTS).keep("stream");
    golden
        .call("launch", "wait", "0s")
        .body(launch(",\"run_id\":\"counted-3\",\"progress_id\":\"p-3\""))
        .keep("accepted");
  }

  private static String launch(String more) {
    return "{\"source\":\"catalog\",\"blueprint_id\":\"%s\"%s}".formatted(ID, more);
  }
}
