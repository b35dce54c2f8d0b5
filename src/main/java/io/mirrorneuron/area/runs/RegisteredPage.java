package io.mirrorneuron.area.runs;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.RegisteredService;
import io.mirrorneuron.port.node.ServiceFilter;
import io.mirrorneuron.port.node.ServicesPort;
import java.util.List;
import java.util.Optional;

/** The page of a run that its job offers as a service. */
record RegisteredPage(ServicesPort services) {
  static final String SERVICE = "blueprint-web-ui";
  private static final ServiceFilter ANY_PAGE = ServiceFilter.tagged(List.of("web_ui"), false);

  /**
   * The instance that is of this run or this job.
   *
   * @param jobId may be null
   * @param optional whether it may be left out while the runtime is away
   */
  Optional<RegisteredService> of(String runId, String jobId, boolean optional) {
    try {
      return services.resolve(SERVICE, ANY_PAGE).services().stream()
          .filter(one -> isOf(one, runId, jobId))
          .findFirst();
    } catch (MnException e) {
      if (e.code() == ErrorCode.UNIMPLEMENTED || optional && e.code().retryable()) {
        return Optional.empty(); // a runtime of another build may have no services
      }
      throw e;
    }
  }

  private static boolean isOf(RegisteredService one, String runId, String jobId) {
    return runId.equals(one.meta().get("run_id"))
        || one.jobId() != null && one.jobId().equals(jobId);
  }
}
