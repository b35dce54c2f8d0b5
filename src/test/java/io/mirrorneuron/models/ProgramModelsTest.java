package io.mirrorneuron.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.ModelSettings;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.port.ModelsPort.ConfiguredModel;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which variables about models programs get besides. */
class ProgramModelsTest {
  private static final String API = "http://runner:12434/engines/v1";

  private static Map<String, String> besides(String standard, Map<String, String> present) {
    return besides(standard, ModelSettings.Endpoint.NONE, present);
  }

  private static Map<String, String> besides(
      String standard, ModelSettings.Endpoint endpoint, Map<String, String> present) {
    return new ProgramModels(
            new ModelSettings(
                List.of(URI.create("http://runner:12434"), URI.create("http://other")),
                standard,
                Path.of("/none"),
                Path.of("/none"),
                endpoint))
        .besides(present);
  }

  @Test
  void whereNothingNamesAModelNothingIsTold() {
    assertThat(besides("", Map.of("PATH", "/bin"))).isEmpty();
  }

  @Test
  void theDefaultModelIsToldUnderBothNames() {
    assertThat(besides("gemma4", Map.of()))
        .isEqualTo(
            Map.of(
                "MN_LLM_PROVIDER", "docker_model_runner",
                "LITELLM_PROVIDER", "docker_model_runner",
                "MN_LLM_MODEL", "ai/gemma4:E2B",
                "LITELLM_MODEL", "ai/gemma4:E2B",
                "MN_LLM_RUNTIME_MODEL", "ai/gemma4:E2B",
                "LITELLM_RUNTIME_MODEL", "ai/gemma4:E2B",
                "MN_LLM_BACKEND", "llama.cpp",
                "LITELLM_BACKEND", "llama.cpp",
                "MN_LLM_API_BASE", API,
                "LITELLM_API_BASE", API));
  }

  @Test
  void aModelOfTheCatalogIsToldAsCompletionsWantIt() {
    Map<String, String> reported =
        besides("gemma4", Map.of("LITELLM_MODEL", "smollm2", "MN_LLM_API_BASE", "auto"));
    assertThat(reported)
        .containsEntry("LITELLM_MODEL", "ai/smollm2:360M-Q4_K_M")
        .containsEntry("MN_LLM_MODEL", "ai/smollm2:360M-Q4_K_M")
        .containsEntry("MN_LLM_RUNTIME_MODEL", "ai/smollm2:360M-Q4_K_M")
        .containsEntry("MN_LLM_API_BASE", API);
    assertThat(besides("", Map.of("MN_LLM_RUNTIME_MODEL", "SmolLM2:360m")))
        .containsEntry("MN_LLM_MODEL", "ai/smollm2:360M-Q4_K_M")
        .containsEntry("MN_LLM_RUNTIME_MODEL", "ai/smollm2:360M-Q4_K_M");
  }

  @Test
  void aModelThatNobodyKnowsStays() {
    assertThat(besides("gemma4", Map.of("MN_LLM_MODEL", "hf.co/some/one")))
        .doesNotContainKey("MN_LLM_MODEL")
        .containsEntry("LITELLM_MODEL", "hf.co/some/one")
        .containsEntry("MN_LLM_API_BASE", API);
  }

  @Test
  void theModelOfTheConfigurationGoesBeforeTheDefaultAndBehindWhatIsSet() {
    Map<String, String> reported = new ConfiguredModel("qwen3:0.6b", null, null).variables();
    assertThat(besides("gemma4", reported))
        .containsEntry("MN_LLM_MODEL", "ai/qwen3:0.6B-Q4_K_M")
        .containsEntry("LITELLM_RUNTIME_MODEL", "ai/qwen3:0.6B-Q4_K_M")
        .containsEntry("MN_LLM_API_BASE", API);
    Map<String, String> own = new LinkedHashMap<>(reported);
    own.put("LITELLM_MODEL", "smollm2");
    assertThat(besides("gemma4", own)).containsEntry("MN_LLM_MODEL", "ai/smollm2:360M-Q4_K_M");
    Map<String, String> elsewhere = new LinkedHashMap<>(reported);
    elsewhere.put("MN_LLM_API_BASE", "http://mine/v1");
    assertThat(besides("gemma4", elsewhere))
        .isEqualTo(Map.of("LITELLM_API_BASE", "http://mine/v1"));
  }

  @Test
  void aConfigurationMayNameAnotherProviderAndItsAddress() {
    assertThat(
            besides(
                "gemma4",
                new ConfiguredModel("gpt", "openai", "https://api.example/v1").variables()))
        .containsEntry("MN_LLM_MODEL", "gpt")
        .containsEntry("MN_LLM_PROVIDER", "openai")
        .containsEntry("LITELLM_API_BASE", "https://api.example/v1")
        .doesNotContainKey("MN_LLM_RUNTIME_MODEL");
  }

  @Test
  void whoBringsAnAddressOrAnotherProviderIsLeftAlone() {
    assertThat(besides("gemma4", Map.of("MN_LLM_API_BASE", "http://mine/v1")))
        .isEqualTo(Map.of("LITELLM_API_BASE", "http://mine/v1"));
    assertThat(besides("gemma4", Map.of("MN_LLM_PROVIDER", "fake")))
        .isEqualTo(Map.of("LITELLM_PROVIDER", "fake"));
  }

  @Test
  void anotherEndpointIsToldWithoutItsKey() {
    ModelSettings.Endpoint endpoint =
        new ModelSettings.Endpoint(URI.create("https://api.example/v1"), new Secret("sk-1"));
    Map<String, String> reported = besides("gpt-small", endpoint, Map.of());
    assertThat(reported)
        .containsEntry("MN_LLM_PROVIDER", "openai_compatible")
        .containsEntry("MN_LLM_MODEL", "gpt-small")
        .containsEntry("LITELLM_API_BASE", "https://api.example/v1");
    assertThat(reported.toString()).doesNotContain("sk-1");
  }
}
