package io.mirrorneuron.blueprint.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.ModelsPort.ModelNeed;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which models a launch needs. */
class NeededModelsTest {
  private static final String RUNNER = "docker_model_runner";

  @TempDir private Path folder;
  private BundleFixture bundle;

  @BeforeEach
  void make() {
    bundle = new BundleFixture(folder).manifest("{}");
  }

  private List<ModelNeed> needs(String request) {
    return bundle.configured(request, "{}").models("smollm2"::equals, false);
  }

  private static ModelNeed need(String model, String provider, String path) {
    return new ModelNeed(model, provider, path, false, false);
  }

  @Test
  void configurationsNameTheModelsThatSomebodyMustHave() {
    bundle.write(
        "config/default.json",
        """
        {'llm':{'model':'not asked','configs':{
          'primary':{'provider':'Docker Model Runner','model':'gemma3'},
          'by_mode':{'mode':'docker-model-runner','model':'gemma3'},
          'runtime':{'provider':'litellm','model':'x','runtime_model':'qwen3'},
          'known':{'model':'smollm2'},'auto':{'provider':'auto','model':'smollm2'},
          'unknown':{'model':'nobody-knows'},
          'ollama':{'provider':'ollama','model':'llama3'},'nim':{'provider':'nvidia-nim','model':'n'},
          'far':{'provider':'openai','model':'gpt'},'off':{'enabled':false,'provider':'docker','model':'o'},
          'elsewhere':{'provider':'dmr','model':'e','cluster_provided':true},'bad':3,'empty':{}}}}
        """);
    assertThat(needs("{}"))
        .containsExactly(
            need("gemma3", RUNNER, "llm.configs.primary"),
            need("qwen3", RUNNER, "llm.configs.runtime"),
            need("smollm2", null, "llm.configs.known"),
            need("llama3", "ollama", "llm.configs.ollama"),
            need("n", "nvidia", "llm.configs.nim"),
            new ModelNeed("e", RUNNER, "llm.configs.elsewhere", true, false));
    assertThat(needs("{'llm':{'enabled':false}}")).isEmpty();
  }

  @Test
  void theModelOfProgramsIsNeededWhoeverKnowsIt() {
    assertThat(needs("{'llm':{'configs':{'primary':{'model':'nobody-knows'}}}}"))
        .containsExactly(need("nobody-knows", null, "llm.configs.primary"));
    assertThat(needs("{'llm':{'configs':{'primary':{'model':'far','api_base':'http://a/v1'}}}}"))
        .isEmpty();
    String environment = "/metadata/blueprint_environment";
    assertThat(
            bundle
                .prepared("{'llm':{'configs':{'primary':{'mode':'dmr','model':'m'}}}}", "{}")
                .at(environment))
        .hasToString(
            "{\"MN_LLM_DEFAULT_MODEL\":\"m\",\"MN_LLM_DEFAULT_PROVIDER\":\"docker_model_runner\"}");
    assertThat(
            bundle
                .prepared("{'llm':{'enabled':false,'configs':{'primary':{'model':'m'}}}}", "{}")
                .at(environment)
                .isMissingNode())
        .isTrue();
  }

  @Test
  void withoutConfigurationsTheWholeIsOne() {
    assertThat(needs("{'llm':{'provider':'docker_model_runner','model':'m'}}"))
        .containsExactly(need("m", RUNNER, "llm"));
    assertThat(needs("{'llm':'m'}")).isEmpty();
  }

  @Test
  void manifestsNameModelsToo() {
    bundle.manifest(
        "{'runtime':{'models':{'a':'smollm2','b':{'model':'m','provider':'ollama'},'c':{},'d':{'id':'smollm2'}}}}");
    assertThat(needs("{'llm':{'enabled':false}}"))
        .containsExactly(
            need("smollm2", null, "runtime.models.a"), need("m", "ollama", "runtime.models.b"));
    bundle.manifest("{'runtime':{'models':['x',{'runtime_model':'y'}]}}");
    assertThat(bundle.configured("{}", "{}").models(_ -> false, true))
        .containsExactly(
            new ModelNeed("x", null, "runtime.models.0", false, true),
            new ModelNeed("y", null, "runtime.models.1", false, true));
  }
}
