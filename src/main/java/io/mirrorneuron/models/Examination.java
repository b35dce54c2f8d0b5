package io.mirrorneuron.models;

import io.mirrorneuron.models.Outlook.Seen;
import io.mirrorneuron.port.models.ModelDoctor;
import io.mirrorneuron.port.models.ModelDoctor.Check;
import io.mirrorneuron.port.models.ModelFit;
import io.mirrorneuron.port.models.ModelsPort;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** Checks, one by one, what is needed to use a model. */
final class Examination {
  private static final String PASSING = "passing";
  private static final String WARNING = "warning";
  private static final String CRITICAL = "critical";

  private Examination() {}

  /**
   * @param root where the runner is, or null
   */
  static ModelDoctor of(CatalogEntry model, Seen seen, URI root, EndpointApi endpoint) {
    List<Check> checks = new ArrayList<>();
    if (model.isOfRunner()) {
      checks.add(runner(seen, root));
      checks.add(fit(seen.views().fit(model)));
    } else {
      checks.add(endpoint(model, endpoint));
    }
    checks.add(installed(model, seen));
    String worst =
        checks.stream().anyMatch(one -> one.status().equals(CRITICAL))
            ? CRITICAL
            : checks.stream().anyMatch(one -> one.status().equals(WARNING)) ? WARNING : PASSING;
    return new ModelDoctor(model.id(), model.dockerModel(), !worst.equals(CRITICAL), worst, checks);
  }

  private static Check runner(Seen seen, URI root) {
    return seen.runner() == null
        ? new Check("runner", PASSING, RunnerApi.CALLED + " answers at " + root, null)
        : new Check(
            "runner",
            CRITICAL,
            RunnerApi.CALLED + " is not available: " + seen.runner().getMessage(),
            ModelsPort.START_RUNNER);
  }

  private static Check fit(ModelFit fit) {
    String status = fit.ok() ? fit.status().equals("pass") ? PASSING : WARNING : CRITICAL;
    boolean isKnown = !fit.status().equals("unknown");
    return new Check("hardware", isKnown ? status : WARNING, fit.message(), fit.help());
  }

  private static Check endpoint(CatalogEntry model, EndpointApi endpoint) {
    return endpoint.isSet()
        ? new Check("endpoint", PASSING, "An endpoint is configured.", null)
        : new Check(
            "endpoint",
            CRITICAL,
            "No endpoint is configured for the provider " + model.provider() + ".",
            "Say where it is: model.openai_api_base (MN_MODEL_OPENAI_API_BASE).");
  }

  private static Check installed(CatalogEntry model, Seen seen) {
    if (seen.views().installed(model).isPresent()) {
      return new Check("installed", PASSING, "It is there.", null);
    }
    if (model.isOfRunner() && seen.runner() != null && !seen.stale()) {
      return new Check("installed", WARNING, "Nobody knows whether it is installed.", null);
    }
    return model.isOfRunner()
        ? new Check("installed", CRITICAL, "It is not installed.", "mn model install " + model.id())
        : new Check(
            "installed", CRITICAL, "The endpoint does not offer it.", "Look at what it serves.");
  }
}
