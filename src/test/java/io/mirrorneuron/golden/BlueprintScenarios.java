package io.mirrorneuron.golden;

/** The catalog that comes with the program. */
final class BlueprintScenarios {
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
  }
}
