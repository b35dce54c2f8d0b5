package io.mirrorneuron.models;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.mirrorneuron.models.ModelCatalog.ModelName;
import io.mirrorneuron.port.ModelsPort.ModelRequirements;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A model in the catalog.
 *
 * @param dockerModel as the runner names it
 * @param apiModel as a completion must name it
 * @param contextSize in tokens; null if unknown
 */
public record CatalogEntry(
    String id,
    String name,
    String provider,
    String model,
    String dockerModel,
    String apiModel,
    String backend,
    List<String> aliases,
    Integer contextSize,
    ModelRequirements requirements) {
  public static final String RUNNER = "docker_model_runner";
  public static final String ENDPOINT = "openai_compatible";
  private static final String UNKNOWN = "unknown";

  /** As a catalog writes it; all but the id may be missing. */
  record Written(
      String id,
      String name,
      String provider,
      String model,
      String dockerModel,
      String apiModel,
      String backend,
      List<String> aliases,
      Integer contextSize,
      Needs requirements) {

    /**
     * @param key under which it stands, or null
     * @return null when it has no id
     */
    CatalogEntry entry(String key) {
      String named = id == null ? key : id;
      if (named == null) {
        return null;
      }
      String whole = Objects.requireNonNullElse(model == null ? dockerModel : model, named);
      return new CatalogEntry(
          named,
          Objects.requireNonNullElse(name, named),
          Objects.requireNonNullElse(provider, RUNNER),
          whole,
          Objects.requireNonNullElse(dockerModel, whole),
          Objects.requireNonNullElse(apiModel, whole),
          Objects.requireNonNullElse(backend, "llama.cpp"),
          aliases,
          contextSize,
          requirements == null ? ModelRequirements.NONE : requirements.read());
    }
  }

  /** In MB. */
  record Needs(
      Integer minGpuMemoryMb,
      Integer minUnifiedMemoryMb,
      Integer minCpuMemoryMb,
      @JsonProperty("cpu_is_enough") boolean cpu) {
    ModelRequirements read() {
      return new ModelRequirements(minGpuMemoryMb, minUnifiedMemoryMb, minCpuMemoryMb, cpu);
    }
  }

  /** A model that a runner has and no catalog knows. */
  public static CatalogEntry strange(String model) {
    return bare(model, RUNNER, UNKNOWN);
  }

  /** A model that another endpoint offers. */
  public static CatalogEntry remote(String model) {
    return bare(model, ENDPOINT, "remote");
  }

  private static CatalogEntry bare(String model, String provider, String backend) {
    return new CatalogEntry(
        model,
        model,
        provider,
        model,
        model,
        model,
        backend,
        List.of(),
        null,
        ModelRequirements.NONE);
  }

  public CatalogEntry {
    aliases = List.copyOf(aliases);
  }

  /** Whether Docker Model Runner runs it. */
  public boolean isOfRunner() {
    return provider.equals(RUNNER);
  }

  /** What it is called in the runner, as {@link ModelName#key}. */
  public String key() {
    return ModelName.key(dockerModel);
  }

  /** Whether this is any of its names. */
  public boolean isCalled(String name) {
    String key = ModelName.key(name);
    return Stream.concat(Stream.of(id, model, dockerModel, apiModel), aliases.stream())
        .anyMatch(one -> ModelName.key(one).equals(key));
  }
}
