package io.mirrorneuron.area;

import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.ModelsPort;
import io.mirrorneuron.port.ModelsPort.BenchmarkOrder;
import io.mirrorneuron.port.ModelsPort.ModelBenchmark;
import io.mirrorneuron.port.ModelsPort.ModelInstall;
import io.mirrorneuron.port.ModelsPort.ModelInstalls;
import io.mirrorneuron.port.ModelsPort.ModelOrder;
import io.mirrorneuron.port.ModelsPort.ModelOwner;
import io.mirrorneuron.port.ModelsPort.ModelView;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.LenientJson;
import java.math.BigDecimal;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** The area {@code models}: language models of this machine. */
public final class ModelsModule {
  private ModelsModule() {}

  public static AreaVerticle of(Platform platform) {
    return new ModelsVerticle(platform.models(), platform.config().models().endpoint().base());
  }

  public static final class ModelsVerticle extends AreaVerticle {
    /** More than the calls that a hanging model runner delays, each for two seconds. */
    private static final int LIMIT = 128;

    private static final int USUAL_TOKENS = 96;

    private final ModelsPort models;

    private record Forced(boolean force) {}

    /**
     * @param maxTokens of any type
     */
    private record Wanted(String prompt, Object maxTokens) {}

    private record Remote(String name, String baseUrl) {}

    private record Remotes(List<Remote> remotes) {}

    /**
     * @param endpoint also asked, beside the model runner; null for none
     */
    public ModelsVerticle(ModelsPort models, URI endpoint) {
      super("models", LIMIT);
      this.models = models;
      List<Remote> remotes =
          endpoint == null
              ? List.of()
              : List.of(new Remote("openai_compatible", endpoint.toString()));
      on("listModels", call -> models.list(call.flag("installed_only")));
      on("listModelCatalog", call -> models.list(false));
      on("listModelRemotes", call -> new Remotes(remotes));
      on("getModel", call -> models.get(id(call)));
      on("removeModel", call -> models.remove(id(call), call.flag("force")));
      on("removeModelByPost", call -> models.remove(id(call), isForced(call)));
      on("doctorModel", call -> models.doctor(id(call)));
      on(
          "installModel",
          call -> models.begin(new ModelOrder(id(call), isForced(call)), ModelOwner.MANUAL));
      on("updateModel", call -> models.update(id(call)));
      on("updateModels", call -> updateAll());
      on("benchmarkModel", this::benchmark);
    }

    private static String id(ApiCall call) {
      return call.text("model_id");
    }

    private static boolean isForced(ApiCall call) {
      return LenientJson.read(call.body(), Forced.class).force();
    }

    private ModelInstalls updateAll() {
      List<ModelInstall> begun = new ArrayList<>();
      List<String> errors = new ArrayList<>();
      for (ModelView model : models.list(true).models()) {
        try {
          begun.add(models.update(model.id()));
        } catch (MnException e) {
          errors.add(e.getMessage());
        }
      }
      return new ModelInstalls(errors.isEmpty(), begun, errors);
    }

    private ModelBenchmark benchmark(ApiCall call) {
      Wanted wanted = LenientJson.read(call.body(), Wanted.class);
      BenchmarkOrder order = new BenchmarkOrder(wanted.prompt(), tokens(wanted.maxTokens()));
      try {
        return models.benchmark(id(call), order, () -> isGone(call));
      } catch (MnException e) {
        throw Fault.listed(e);
      }
    }

    private static int tokens(Object wanted) {
      try {
        double number = new BigDecimal(String.valueOf(wanted).strip()).doubleValue();
        return (int) Math.clamp(number, BenchmarkOrder.LEAST_TOKENS, BenchmarkOrder.MOST_TOKENS);
      } catch (NumberFormatException e) {
        return USUAL_TOKENS;
      }
    }
  }
}
