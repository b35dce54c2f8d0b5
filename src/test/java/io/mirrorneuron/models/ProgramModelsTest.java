package io.mirrorneuron.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.ModelSettings;
import io.mirrorneuron.config.Secret;
import java.net.URI;
import java.nio.file.Path;
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
  void whatIsSetStaysAndIsSaidByItsOtherNameToo() {
    Map<String, String> told =
        besides("gemma4", Map.of("LITELLM_MODEL", "smollm2", "MN_LLM_API_BASE", "auto"));
    assertThat(told)
        .doesNotContainKey("LITELLM_MODEL")
        .containsEntry("MN_LLM_MODEL", "smollm2")
        .containsEntry("MN_LLM_RUNTIME_MODEL", "ai/smollm2:360M-Q4_K_M")
        .containsEntry("MN_LLM_API_BASE", API);
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
    Map<String, String> told = besides("gpt-small", endpoint, Map.of());
    assertThat(told)
        .containsEntry("MN_LLM_PROVIDER", "openai_compatible")
        .containsEntry("MN_LLM_MODEL", "gpt-small")
        .containsEntry("LITELLM_API_BASE", "https://api.example/v1");
    assertThat(told.toString()).doesNotContain("sk-1");
  }
}
