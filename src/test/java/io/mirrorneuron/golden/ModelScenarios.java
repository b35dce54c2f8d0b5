package io.mirrorneuron.golden;

/** Language models, of a runner that has three. None is pulled: that takes its time. */
final class ModelScenarios {
  /** What the fake runner has. */
  static final String[] MODELS = {
    "ai/smollm2:360M-Q4_K_M", "ai/gemma3:4B-Q4_K_M", "ai/qwen3:0.6B-Q4_K_M"
  };

  private static final String MODEL = "ai/smollm2:360M-Q4_K_M";

  private final GoldenServer golden;

  ModelScenarios(GoldenServer golden) {
    this.golden = golden;
  }

  void fromListingToRemoving() {
    golden.call("listModels").keep("");
    golden.call("listModelCatalog").keep("");
    golden.call("listModelRemotes").keep("");
    golden.call("getModel", "model_id", MODEL).keep("");
    golden.call("doctorModel", "model_id", MODEL).keep("");
    golden.call("benchmarkModel", "model_id", MODEL).body("{\"max_tokens\":16}").keep("");
    golden.call("installModel", "model_id", MODEL).body("{}").keep("");
    golden.call("removeModel", "model_id", MODEL).keep("");
    golden.call("removeModelByPost", "model_id", "gemma3").body("{\"force\":true}").keep("");
    golden.call("listModels").keep("left");
    golden.call("updateModel", "model_id", MODELS[2]).keep("");
    golden.call("updateModels").keep("");
  }
}
